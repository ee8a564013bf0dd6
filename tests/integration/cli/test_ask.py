"""`tutor ask --batch` and `tutor lesson show`, as a script and a person use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from integrations.cli.main import tutor

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("asked")


def test_each_line_is_answered_in_its_place(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DATA", str(data))
    batch = tmp_path / "questions.jsonl"
    lines = [
        json.dumps({"id": "a", "question": "what does EXPOSE do?"}),
        json.dumps({"id": 2, "question": "who won the world cup?", "history": []}),
        "no json",
        json.dumps({"id": "d"}),
        json.dumps(
            {"id": "e", "question": "and how long?", "history": [{"role": "learner", "text": "how do I stop it?"}]}
        ),
    ]
    batch.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n\n")
    result = RUNNER.invoke(tutor, ["ask", "--batch", str(batch)])
    assert result.exit_code == 1
    said = [json.loads(line) for line in result.stdout.splitlines()]
    assert [sentence["id"] for sentence in said] == ["a", 2, None, "d", "e", None]
    first, second = said[:2]
    assert set(first) >= {"id", "answer", "declined", "citations", "passages"}
    assert set(first["citations"][0]) >= {"title", "source", "section", "url"}
    assert set(first["passages"][0]) >= {"source", "section", "score"}
    assert (first["declined"], second["declined"]) == (False, True)
    assert first["citations"][0] | {"title": "", "url": ""} == {
        "title": "",
        "source": "containers",
        "section": "state-and-networking",
        "url": "",
    }
    assert len({(one["source"], one["section"]) for one in first["passages"]}) == len(first["passages"])
    assert "question" in said[3]["error"]


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--batch", "/nowhere/questions"], ["ask", "--batch", "/"]])
def test_what_cannot_be_asked_is_said_before_anything_is_opened(arguments: list[str]) -> None:
    result = RUNNER.invoke(tutor, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_section_is_shown_by_the_name_that_a_citation_gives() -> None:
    shown = RUNNER.invoke(tutor, ["lesson", "show", "containers#secrets"]).stdout
    assert "A secret never belongs in an image" in shown
    listed = RUNNER.invoke(tutor, ["lesson", "show"]).stdout
    assert "containers#secrets" in listed
    assert "release-pipelines#rollout" in listed
    assert RUNNER.invoke(tutor, ["lesson", "show", "nothing"]).exit_code == 2
