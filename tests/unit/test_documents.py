"""What the documents name is there: paths, links, commands with their options, modules, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
from click import Command, Group

from agent.settings import Settings
from evals.benchmarks.__main__ import BENCHMARKS
from evals.registry import registry as suites
from integrations.cli import main as cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "integrations" / "slack" / "README.md",
    ROOT / "evals" / "cases" / "README.md",
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in ("slack-cases.md", "checks.md")),
]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
# Files that a worked example adds.
EXAMPLES = {"readings.py", "labels.py", "lengths.py", "integrations/slack/listeners/events/team_join.py"}
EXAMPLE_TYPE = "tools/artefacts/types/kubernetes/"

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:agent|knowledge|tools|integrations|evals|tests|docs|scripts)/[\w./-]*")
_MODULE = re.compile(r"python -m ((?:evals|integrations|tests)[\w.]*)(?: ([a-z]+))?")
_TUTOR = re.compile(r"^(?:[A-Z_]+=\S+ +)*tutor ([a-z]+)((?: (?:-{1,2}[a-z-]+|[a-z]+))*)")
_MAKE = re.compile(r"^make ([a-z-]+)")


def _code(document: Path) -> list[str]:
    """Spans and blocks of code."""
    text = document.read_text("utf-8")
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.partition("  #")[0] for block in blocks for line in block.splitlines()]
    return [*_CODE.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)), *lines]


@EACH
def test_every_link_leads_somewhere(document: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(document.read_text("utf-8"))]
    local = {link for link in links if link and not link.startswith(("http://", "https://"))}
    assert {link for link in local if not (document.parent / link).exists()} == set()


@EACH
def test_every_path_is_there(document: Path) -> None:
    spans = _CODE.findall(document.read_text("utf-8"))
    named = {span for span in spans if _PATH.fullmatch(span) and not span.startswith(EXAMPLE_TYPE)} - EXAMPLES
    assert {path for path in named if not (ROOT / path).exists()} == set()


@EACH
def test_every_module_that_is_run_is_there(document: Path) -> None:
    for code in _code(document):
        for module, word in _MODULE.findall(code):
            assert find_spec(module) is not None, module
            assert module != "evals.benchmarks" or word in ("", *BENCHMARKS), word


@EACH
def test_every_target_of_make_is_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {target for code in _code(document) for target in _MAKE.findall(code)} <= targets


@pytest.fixture(scope="module")
def commands() -> Mapping[str, Command]:
    return {name: entry.load() for name, entry in cli.COMMANDS.items()}


@EACH
def test_every_command_and_option_is_there(document: Path, commands: Mapping[str, Command]) -> None:
    for code in _code(document):
        for name, rest in _TUTOR.findall(code):
            command: Command | None = commands.get(name)
            assert command is not None, code
            words = rest.split()
            if isinstance(command, Group) and words and not words[0].startswith("-"):
                command = command.commands.get(words[0])
                assert command is not None, code
            options = {option for parameter in command.params for option in parameter.opts} | {
                "--help",
                "-h",
                "--version",
            }
            assert {word for word in words if word.startswith("-")} <= options, code
            if name == "eval":
                assert {word for word in words if not word.startswith("-")} <= {*suites(), "lengths"}, code


def test_the_readme_fits_on_a_few_pages() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 200


def test_the_page_of_settings_says_what_the_code_does() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", page, re.MULTILINE))
    assert rows == dict(_settings())


def _settings() -> Iterator[tuple[str, str]]:
    for name, field in Settings.model_fields.items():
        default = "~/.local/share/tutor" if name == "data" else getattr(field.default, "value", field.default)
        shown = "" if default in (None, "", ()) else f"`{default}`"
        yield str(field.validation_alias or f"TUTOR_{name.upper()}"), f"{shown} | {field.description}"


@pytest.mark.parametrize("record", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem[:4])
def test_every_decision_has_a_number_a_date_and_a_status(record: Path) -> None:
    number = int(record.name[:4])
    assert re.match(
        rf"# {number}\. .+\n\n- Date: \d{{4}}-\d\d-\d\d\n- Status: (accepted|superseded by \[)",
        record.read_text("utf-8"),
    )
