"""`tutor eval` as a person starts it: by the script that set-up makes, whose processes start further ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def _tutor(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("tutor")), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


def test_a_suite_is_scored_and_kept(tmp_path: Path) -> None:
    done = _tutor("eval", "language", "--format", "json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr[-2_000:]
    board = json.loads(done.stdout)
    assert list(board) == ["language"]
    assert json.loads((tmp_path / "out/scoreboard.json").read_text("utf-8")) == board
    assert (tmp_path / "out/scoreboard.txt").read_text("utf-8").startswith("language\n")


def test_an_unknown_suite_is_named(tmp_path: Path) -> None:
    done = _tutor("eval", "nonsense", "--out", str(tmp_path))
    assert done.returncode != 0
    assert "There is no suite nonsense" in done.stdout + done.stderr
