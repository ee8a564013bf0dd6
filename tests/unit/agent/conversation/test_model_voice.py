"""A model that leaks, invents, obeys and breaks: none of it reaches the learner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from agent.conversation.model_voice import MAX_SENTENCES, ModelVoice, Quote, Quotes
from agent.errors import ModelUnavailable
from agent.llm.port import Message, ToolCall, ToolSpec
from agent.llm.voice import Brief
from knowledge.course.pack import Point, Question
from knowledge.retrieval.passages import Citation, Hit, Passage

HIT = Hit(Passage("p", "A digest names the exact content.", "Pinning", Citation("Lesson", "l", "s", "")), 0.9)
BRIEF = Brief("question", "what is a digest?", "A digest names the exact content. [1]", "And a tag?", (HIT,))
DRAFT = f"{BRIEF.draft}\n\n{BRIEF.closing}"


class Scripted:
    """Says its answers one after the other; an exception is raised in its turn."""

    name = "scripted"

    def __init__(self, *answers: list[str | ToolCall] | list[Any] | Exception) -> None:
        self._answers = list(answers)

    def stream(
        self, *, instructions: str, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()
    ) -> Iterator[str | ToolCall]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        for piece in answer:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def structured(self, *, instructions: str, messages: Sequence[Message], shape: Any) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return shape(choice=answer[0])


class Shelf:
    def search(self, query: str, *, limit: int = 5) -> list[Hit]:
        return [HIT]


def _support(sentence: str, hits: Sequence[Hit]) -> int | None:
    return None if "unicorn" in sentence else 0


def _said(*answers: list[str | ToolCall] | Exception) -> str:
    return ModelVoice(Scripted(*answers), Shelf(), _support).word(BRIEF, emit=lambda _: None)


def test_supported_sentences_are_said_and_our_question_follows() -> None:
    assert _said(["A digest is ", "exact. [1]"]) == "A digest is exact. [1]\n\nAnd a tag?"


@pytest.mark.parametrize(
    "answer",
    [
        ["A digest is exact. [9]"],
        ["```\nFROM python:3.12\n```"],
        ["Write `FROM python:3.12-slim` in line 1. [1]"],
        ["The unicorn made it. [1]"],
        ["A unicorn. [1]"],
        ["What do you think?"],
        [""],
        ModelUnavailable("broken"),
    ],
    ids=[
        "invented citation",
        "code",
        "a line to paste",
        "unsupported",
        "short",
        "its own question",
        "nothing",
        "failure",
    ],
)
def test_what_may_not_be_said_gives_way_to_the_draft(answer: list[str | ToolCall] | Exception) -> None:
    assert _said(answer) == DRAFT


def test_sentences_are_emitted_one_by_one_once_the_reply_is_sure_to_stand() -> None:
    emitted: list[str] = []
    voice = ModelVoice(Scripted(["A digest is exact. [1] It ", "names the exact content. [1] "]), Shelf(), _support)
    text = voice.word(BRIEF, emit=emitted.append)
    assert emitted == ["A digest is exact. [1]", " It names the exact content. [1]", "\n\nAnd a tag?"]
    assert "".join(emitted) == text


def test_what_is_given_away_is_dropped_and_the_rest_stands() -> None:
    brief = replace(BRIEF, gives_away=lambda said: "secret" in said)
    answer = ["A digest is exact. [1] A secret is exact. [1] It names the exact content. [1]"]
    text = ModelVoice(Scripted(answer), Shelf(), _support).word(brief, emit=lambda _: None)
    assert text == "A digest is exact. [1] It names the exact content. [1]\n\nAnd a tag?"


def test_a_fault_after_the_first_sentence_is_made_good_by_the_draft() -> None:
    emitted: list[str] = []
    voice = ModelVoice(Scripted(["A digest is exact. [1] It na", ModelUnavailable("cut")]), Shelf(), _support)
    text = voice.word(BRIEF, emit=emitted.append)
    assert text == f"A digest is exact. [1]\n\n{BRIEF.draft}\n\nAnd a tag?"
    assert "".join(emitted) == text


@pytest.mark.parametrize("said", ["A digest is exact.", "A digest is exact. [1]", "A digest is exact. [1] [1]"])
def test_the_marker_is_of_what_supports_a_sentence(said: str) -> None:
    assert _said([said]).startswith("A digest is exact. [1]\n")


def test_what_only_the_draft_says_has_no_source() -> None:
    voice = ModelVoice(
        Scripted(["A digest is exact. [1] Send it again."]), Shelf(), lambda said, _: int("Send" in said)
    )
    assert voice.word(BRIEF, emit=lambda _: None) == "A digest is exact. [1] Send it again.\n\nAnd a tag?"


def test_a_model_that_never_ends_is_left() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "A digest is exact. [1] "

    text = ModelVoice(Scripted(endless()), Shelf(), _support).word(BRIEF, emit=lambda _: None)  # type: ignore[arg-type]
    assert text.count("exact") == MAX_SENTENCES


def test_quotes_are_of_known_points() -> None:
    point = Point("content", "It names the content")
    question = Question("digest", "What is it?", "pinning", (point,))
    found = Quotes(quotes=[Quote(point="content", quote="the content"), Quote(point="other", quote="x")])
    voice = ModelVoice(Scripted(), Shelf(), _support)
    voice._asked = lambda *_: found  # type: ignore[method-assign,assignment]
    assert voice.quotes("it is the content", question) == {"content": "the content"}


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
    assert ModelVoice(Scripted(answer), Shelf(), _support).guess("hm", ["stuck", "question"]) == guess
