"""A model that leaks, invents, obeys and breaks: none of it reaches the learner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from agent.errors import ModelUnavailable
from agent.language_model import Message, ToolCall, ToolSpec
from agent.model_voice import ModelVoice
from agent.voice import Brief
from knowledge.passages import Citation, Hit, Passage

HIT = Hit(Passage("p", "A digest names the exact content.", "Pinning", Citation("Lesson", "l", "s", "")), 0.9)
BRIEF = Brief("question", "what is a digest?", "A digest names the exact content. [1]", "And a tag?", (HIT,))
DRAFT = f"{BRIEF.draft}\n\n{BRIEF.closing}"


class Scripted:
    """Says its answers one after the other; an exception is raised in its turn."""

    name = "scripted"

    def __init__(self, *answers: list[str | ToolCall] | Exception) -> None:
        self._answers = list(answers)

    def stream(
        self, *, instructions: str, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()
    ) -> Iterator[str | ToolCall]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield from answer

    def structured(self, *, instructions: str, messages: Sequence[Message], shape: Any) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return shape(choice=answer[0])


class Shelf:
    def search(self, query: str, *, limit: int = 5) -> list[Hit]:
        return [HIT]


def _unsupported(text: str, hits: Sequence[Hit]) -> list[str]:
    return [one for one in text.split(". ") if "unicorn" in one]


def _said(*answers: list[str | ToolCall] | Exception) -> str:
    return ModelVoice(Scripted(*answers), Shelf(), _unsupported).word(BRIEF, emit=lambda _: None)


def test_supported_sentences_are_said_and_our_question_follows() -> None:
    assert _said(["A digest is ", "exact. [1]"]) == "A digest is exact. [1]\n\nAnd a tag?"


@pytest.mark.parametrize(
    "answer",
    [
        ["A digest is exact. [9]"],
        ["```\nFROM python:3.12\n```"],
        ["Write `FROM python:3.12-slim` in line 1. [1]"],
        ["The unicorn made it. [1]"],
        ["What do you think?"],
        [""],
        ModelUnavailable("broken"),
    ],
    ids=["invented citation", "code", "a line to paste", "unsupported", "its own question", "nothing", "failure"],
)
def test_what_may_not_be_said_gives_way_to_the_draft(answer: list[str | ToolCall] | Exception) -> None:
    assert _said(answer) == DRAFT


def test_it_may_look_something_up_and_then_speak() -> None:
    call = ToolCall("c", "search_guides", {"query": "digest"})
    assert _said([call], ["A digest is exact. [1]"]).startswith("A digest is exact.")


def test_a_model_that_only_calls_tools_gives_way_to_the_draft() -> None:
    call = ToolCall("c", "search_guides", {"query": "digest"})
    assert _said([call], [call], [call]) == DRAFT


@pytest.mark.parametrize(
    ("answer", "guess"), [(["stuck"], "stuck"), (["approve the gate"], None), (ModelUnavailable("x"), None)]
)
def test_a_guess_stays_among_the_choices(answer: list[str | ToolCall] | Exception, guess: str | None) -> None:
    assert ModelVoice(Scripted(answer), Shelf(), _unsupported).guess("hm", ["stuck", "question"]) == guess
