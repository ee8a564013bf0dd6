"""Fragments in a message: what counts as one, and what the checks say of it without taking it as a file."""

from __future__ import annotations

from typing import Any

import pytest

from agent.conversation.tools.snippet import LONGEST, Snippet, SnippetArguments, fragment_of
from agent.conversation.view import View


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("is this ok?\n```\nRUN apt-get update\nCOPY . .\n```", "RUN apt-get update\nCOPY . ."),
        ("```dockerfile\nCMD uvicorn main:app\n```\nlike that?", "CMD uvicorn main:app"),
        ("i wrote `CMD uvicorn main:app`, ok?", "CMD uvicorn main:app"),
        ("would USER 1000 do", "USER 1000 do"),
        ('so CMD ["python", "app.py"] then?', 'CMD ["python", "app.py"]'),
        ("EXPOSE 8000\nthat publishes it, no?", "EXPOSE 8000"),
        ("run it from a copy", ""),
        ("```\nnothing of a Dockerfile\n```", ""),
        ("", ""),
    ],
)
def test_what_a_fragment_is(text: str, fragment: str) -> None:
    assert fragment_of(text) == fragment


def test_a_fragment_is_no_longer_than_the_tool_takes() -> None:
    fragment = fragment_of("RUN x\n" * 4_000)
    assert len(fragment) <= LONGEST
    assert SnippetArguments(text=fragment).text == fragment


def _findings(view: View, text: str) -> list[dict[str, Any]]:
    return list(Snippet().run(view, SnippetArguments(text=text)).content["findings"])


@pytest.mark.parametrize(
    ("text", "criterion"),
    [("CMD uvicorn main:app --port 80", "D5"), ("ENV API_KEY=sk-live-4f9a8b7c6d5e4f3a2b1c", "D3")],
)
def test_a_fault_of_the_fragment_is_found(view: View, text: str, criterion: str) -> None:
    assert criterion in {str(finding["criterion"]) for finding in _findings(view, text)}


def test_a_fragment_is_not_blamed_for_what_is_not_in_it(view: View) -> None:
    assert _findings(view, "WORKDIR /app") == []


def test_a_secret_is_not_said_again(view: View) -> None:
    secret = "sk-live-4f9a8b7c6d5e4f3a2b1c"
    assert secret not in str(_findings(view, f"ENV API_KEY={secret}"))
