"""The `tutor` command as a whole: its table, its help, its completion, and what it says where an extra is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from integrations.cli.lazy_group import LazyCommand
from integrations.cli.main import COMMANDS, tutor
from integrations.cli.version import __version__

ROOT = Path(__file__).parents[3]
EXTRA = "alembic chromadb dbos docker langgraph numpy openai pydantic slack_bolt slack_sdk sqlalchemy starlette".split()
WITHOUT_EXTRA = f"import sys; sys.modules.update(dict.fromkeys({EXTRA}))\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(tutor, arguments, prog_name="tutor")


def run_alone(*arguments: str, before: str = "", after: str = "pass") -> subprocess.CompletedProcess[str]:
    """In a process of its own, for what this one has imported already."""
    program = f"{before}from integrations.cli.main import run\ntry: run()\nfinally: {after}"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_inspecting_imports_nothing_of_the_bot() -> None:
    tell = "import sys; print(*sys.modules, file=sys.stderr)"
    done = run_alone("inspect", "tests/submissions/good/Dockerfile", after=tell)
    assert done.returncode == 0
    assert "met: D1" in done.stdout
    assert set(done.stderr.split()) & set(EXTRA) == set()
    assert "click" in done.stderr.split()


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.extra])
def test_a_command_without_its_extra_says_which_one(name: str) -> None:
    done = run_alone(name, "whatever", "--allow", "x", "-h", before=WITHOUT_EXTRA)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`tutor {name}` needs the extra “all”" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["-h"], ["--version"], ["completion", "bash"], ["inspect", "-h"]])
def test_the_base_alone_says_what_there_is(arguments: list[str]) -> None:
    assert run_alone(*arguments, before=WITHOUT_EXTRA).returncode == 0


def test_a_module_of_ours_that_is_missing_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError):
        LazyCommand("integrations.cli.nothing", "nothing", "Nothing.", "all").load()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_a_command_says_of_itself(name: str) -> None:
    command = COMMANDS[name].load()
    assert " ".join((command.help or "").split()).startswith(COMMANDS[name].summary)


def test_every_command_has_both_options_for_help() -> None:
    for words in _every_command():
        short, long = run(*words, "-h"), run(*words, "--help")
        assert (short.exit_code, short.stdout) == (0, long.stdout)
        assert short.stdout.startswith(f"Usage: tutor {' '.join(words)}".rstrip())


def _every_command() -> Iterator[tuple[str, ...]]:
    yield ()
    for name, entry in COMMANDS.items():
        yield (name,)
        command = entry.load()
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


def test_the_list_of_commands_is_whole_and_cuts_no_sentence() -> None:
    listed = run("-h").stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)
    assert "..." not in listed


def test_the_version_is_said() -> None:
    assert run("--version").stdout == f"tutor {__version__}\n"


def test_what_is_no_command_is_said() -> None:
    result = run("inspekt")
    assert result.exit_code == 2
    assert "No such command" in result.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_shell_is_given_its_script(shell: str) -> None:
    assert "_TUTOR_COMPLETE" in run("completion", shell).stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("tutor ins", ["plain,inspect"]),
        ("tutor inspect --st", ["plain,--strict", "plain,--stdin-filename"]),
        ("tutor inspect --format s", ["plain,sarif"]),
        ("tutor engine sug", ["plain,suggest"]),
        ("tutor nothing --st", []),
    ],
)
def test_what_is_typed_is_completed(line: str, offered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TUTOR_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    assert run().stdout.split() == offered
