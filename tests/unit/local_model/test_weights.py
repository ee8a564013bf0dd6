"""What is refused as a model, and in what words."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import ConfigurationInvalid
from integrations.local_model.weights import find_weights


def test_a_file_in_the_format_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "some.gguf"
    path.write_bytes(b"GGUF and more")
    assert find_weights(path) == path


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04 an archive"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.gguf"
    path.write_bytes(content)
    with pytest.raises(ConfigurationInvalid, match="not in the GGUF format"):
        find_weights(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"no file .*absent\.gguf"):
        find_weights(tmp_path / "absent.gguf")
