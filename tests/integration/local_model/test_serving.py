"""A real small model behind the real client: what it says badly does not matter, what it breaks would."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from agent.errors import ConfigurationInvalid
from agent.llm.openai_models import open_model
from agent.llm.port import LanguageModel, Message, Request
from integrations.local_model.process import local_settings, serving

pytestmark = [
    pytest.mark.skipif(find_spec("xllamacpp") is None, reason="not run: the local model is not installed"),
    pytest.mark.xdist_group("local-model"),
]
ASKED = [Message("user", "What is a container image?")]


class Choice(BaseModel):
    choice: Literal["yes", "no"]


@pytest.fixture(scope="module")
def model() -> Iterator[LanguageModel]:
    with serving() as address:
        yield open_model(local_settings(address).model_endpoints[0])


def test_it_answers(model: LanguageModel) -> None:
    found = model.complete(Request("Answer in a sentence.", ASKED))
    assert found.text
    assert found.usage.total


def test_a_shape_binds_it(model: LanguageModel) -> None:
    answer = model.structured(instructions="Is it a template? Answer as JSON.", messages=ASKED, shape=Choice)
    assert answer.choice in {"yes", "no"}


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(ConfigurationInvalid, match="did not start"), serving(path):
        pass
