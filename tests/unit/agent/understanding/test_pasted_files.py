"""What counts as a pasted file, and what stays a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.understanding.pasted_files import with_pasted
from tools.uploads.files import SourceFile

DOCKERFILE = 'FROM python:3.12-slim\nWORKDIR /app\nRUN pip install \\\n    flask\nCMD ["python", "app.py"]'
COMPOSE = "services:\n  web:\n    build: .\n    ports:\n      - 8000:8000"


def _turn(text: str, channel: str | None = None, files: tuple[SourceFile, ...] = ()) -> Turn:
    return Turn("k", "c", Person("T:U", "somebody"), text, channel=channel, files=files)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (DOCKERFILE, ""),
        (f"```\n{DOCKERFILE}\n```", ""),
        (f"here it is\n```dockerfile\n{DOCKERFILE}\n```\nok like that?", "here it is\n\nok like that?"),
        (f"here it is:\n{DOCKERFILE}\n\nok like that?", "here it is:\n\n\nok like that?"),
    ],
)
def test_a_pasted_dockerfile_is_a_file(text: str, left: str) -> None:
    turn = with_pasted(_turn(text))
    assert [(file.path, file.text) for file in turn.files] == [("Dockerfile", f"{DOCKERFILE}\n")]
    assert turn.text == left


@pytest.mark.parametrize("text", [COMPOSE, f"```\n{COMPOSE}\n```", f"is it right?\n\n{COMPOSE}"])
def test_a_pasted_stack_is_a_file(text: str) -> None:
    assert [(file.path, file.text) for file in with_pasted(_turn(text)).files] == [("compose.yaml", f"{COMPOSE}\n")]


def test_both_at_once_are_two_files() -> None:
    turn = with_pasted(_turn(f"```\n{DOCKERFILE}\n```\n```\n{COMPOSE}\n```"))
    assert [file.path for file in turn.files] == ["Dockerfile", "compose.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "FROM python:3.12 is what I have, is that right?",
        "why does\n```\nCOPY . .\nRUN pip install -r requirements.txt\n```\ninstall everything again?",
        "run the build\nfrom my files\nuser me",
        "which services: do I need?",
        "```\nTraceback (most recent call last):\n  line 1\nservices down\n```",
        "",
    ],
)
def test_a_line_or_two_are_what_a_question_is_about(text: str) -> None:
    assert with_pasted(_turn(text)).files == ()


def test_a_channel_and_an_upload_are_left_alone() -> None:
    upload = (SourceFile("Dockerfile", b"FROM a:1\n"),)
    assert with_pasted(_turn(DOCKERFILE, channel="C1")).files == ()
    assert with_pasted(_turn(DOCKERFILE, files=upload)).files == upload


@given(st.text(st.sampled_from("FROM RUN services:\n`\\ a1"), max_size=300))
def test_any_text_is_read(text: str) -> None:
    turn = with_pasted(_turn(text))
    assert turn.text == text or turn.files
