"""`tutor review`: one JSON line an input, in order; what cannot be read answers with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.llm.port import Message, Request
from evals.crediting_model import CreditingModel
from integrations.cli.main import tutor
from tests.model_server import ModelServer, Scripted, chunk

GOOD = Path(__file__).parents[2] / "submissions" / "good"
ENGLISH = (
    "We keep a small service alive for the people in the office, and it answers their questions each day of the week. "
)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    (tmp_path / "large.md").write_bytes(b"a word " * 300_000)
    (tmp_path / "binary.md").write_bytes(b"\x7fELF\x00\x01")
    (tmp_path / "wide.md").write_bytes(ENGLISH.encode("utf-16"))
    (tmp_path / "nul.md").write_bytes(b"We build\x00 once.")
    (tmp_path / "latin.md").write_bytes("Härtung der Abbilder".encode("latin-1"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "plan.md").write_text(
        ENGLISH + "Logs go to stdout. Alertmanager pages the engineer on duty."
    )
    (tmp_path / "folder" / "README.md").write_text(ENGLISH)
    return tmp_path


def _invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(tutor, ["review", *(str(argument) for argument in arguments)])


def _run(*paths: Path) -> tuple[int, list[dict[str, object]]]:
    result = _invoke(*paths, "--format", "json")
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_each_input_has_its_line_in_order_with_quotes_that_stand_there(odd: Path) -> None:
    code, lines = _run(GOOD / "plan.md", odd / "folder")
    assert code == 0
    assert [line["path"] for line in lines] == [str(GOOD / "plan.md"), str(odd / "folder")]
    text = (GOOD / "plan.md").read_text("utf-8")
    criteria = lines[0]["criteria"]
    assert isinstance(criteria, dict)
    assert list(criteria) == [f"P{number}" for number in range(1, 9)]
    for judged in criteria.values():
        assert set(judged) == {"verdict", "held", "evidence", "missing"}
        assert all(text[one["start"] : one["end"]] == one["quote"] for one in judged["evidence"])
    folder = lines[1]["criteria"]
    assert isinstance(folder, dict)
    assert folder["P5"]["verdict"] == "met"
    assert folder["P5"]["evidence"][0]["file"] == "plan.md"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("large.md", "1,000,000"),
        ("binary.md", "binary"),
        ("wide.md", "UTF-16"),
        ("nul.md", "binary"),
        ("latin.md", "UTF-8"),
        ("empty", "plan"),
        ("absent.md", "could not be read"),
    ],
)
def test_what_cannot_be_read_answers_beside_what_can(odd: Path, name: str, says: str) -> None:
    code, lines = _run(odd / name, GOOD / "plan.md")
    assert code == 2
    assert says in str(lines[0]["error"])
    assert lines[0]["criteria"] == {}
    assert "error" not in lines[1]


def test_text_for_people_names_verdict_quote_and_question(odd: Path) -> None:
    result = _invoke(odd / "folder")
    assert "P5  met" in result.stdout
    assert "“Logs go to stdout.”" in result.stdout
    assert "P7  not met: " in result.stdout


def test_an_unknown_lesson_or_form_is_said() -> None:
    for options in (["--lesson", "nope"], ["--format", "xml"]):
        assert _invoke(GOOD / "plan.md", *options).exit_code == 2


def _answered(request: dict[str, Any]) -> Scripted:
    """By a model that credits every word, over Chat Completions."""
    asked = Request(request["messages"][0]["content"], [Message("user", request["messages"][-1]["content"])])
    return Scripted([chunk({"content": CreditingModel().complete(asked).text}), chunk({}, "stop")])


@pytest.mark.parametrize("otherwise", [_answered, lambda _: Scripted(status=500)], ids=["credits all", "broken"])
def test_with_a_key_a_model_reads_too_and_raises_nothing(
    monkeypatch: pytest.MonkeyPatch, otherwise: Callable[[dict[str, Any]], Scripted]
) -> None:
    alone = _run(GOOD / "plan.md")
    with ModelServer(otherwise=otherwise) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-nobody")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("TUTOR_MODEL_PROTOCOL", "chat")
        assert _run(GOOD / "plan.md") == alone
    assert server.requests
