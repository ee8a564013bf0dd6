"""Temporary folders outlive their process only until the next one needs one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tools.scratch import clear_left, scratch

_HOLDS = "from tools.scratch import scratch\nwith scratch() as folder:\n    print(folder, flush=True)\n    input()\n"


@pytest.fixture(autouse=True)
def folder_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_it_is_there_for_its_block_alone(tmp_path: Path) -> None:
    with scratch() as folder:
        assert folder.parent == tmp_path
        clear_left()
        assert folder.is_dir()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_goes_with_the_next_and_nothing_else_does(tmp_path: Path) -> None:
    (tmp_path / "tutor-of-somebody-else").mkdir()
    process = subprocess.Popen([sys.executable, "-c", _HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    clear_left()
    assert left.is_dir()
    os.kill(process.pid, 9)
    process.communicate()
    assert left.is_dir()
    with scratch():
        assert not left.exists()
    assert [folder.name for folder in tmp_path.iterdir()] == ["tutor-of-somebody-else"]
