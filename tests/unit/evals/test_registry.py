"""Every module of evals/suites is a suite, and `tutor eval --list` shows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals import suites
from evals.registry import registry
from integrations.cli.eval_command import evaluate

FOLDER = Path(suites.__path__[0])
NEW = """
from evals.suite import Suite

def measure(knowledge):
    return {"cases": 1}

SUITE = Suite("added", "What was added", measure)
"""


def test_every_module_is_registered_under_its_name() -> None:
    assert set(registry()) == {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    assert all(suite.name == name for name, suite in registry().items())
    assert len({suite.measures for suite in registry().values()}) == len(registry())


def test_every_suite_is_listed_with_what_it_measures() -> None:
    lines = CliRunner().invoke(evaluate, ["--list"]).output.splitlines()
    assert [tuple(line.split(maxsplit=1)) for line in lines] == [
        (name, suite.measures) for name, suite in registry().items()
    ]


@pytest.mark.parametrize(("text", "found"), [(NEW, True), (NEW.replace("SUITE", "OTHER"), False)])
def test_a_new_suite_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, found: bool) -> None:
    (tmp_path / "added.py").write_text(text, "utf-8")
    monkeypatch.setattr(suites, "__path__", [*suites.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "evals.suites.added", raising=False)
    if found:
        assert registry.__wrapped__()["added"].measures == "What was added"
    else:
        with pytest.raises(TypeError, match="has no SUITE"):
            registry.__wrapped__()


def test_the_command_leaves_the_suites_alone_until_it_runs() -> None:
    code = "import sys, integrations.cli.main; sys.exit(any(name.startswith('evals') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
