"""The form of a question: how it begins, what it offers, what is put behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.question_form import (
    QuestionForm,
    asks_yes_or_no,
    form_of,
    is_turned,
    opens_with_why,
    questions_in,
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("is one scan a month ok", QuestionForm.YES_NO),
        ("ok so the tag moves, right?", QuestionForm.YES_NO),
        ("and a volume survives that?", QuestionForm.YES_NO),
        ("my base is slim. does that count", QuestionForm.YES_NO),
        ("if i rebuild it, will the digest change", QuestionForm.YES_NO),
        ("redis or rabbit for the queue", QuestionForm.CHOICE),
        ("should I pin by tag or by digest?", QuestionForm.CHOICE),
        ("the scan fails or not, which?", QuestionForm.CHOICE),
        ("can you tell me how many stages i need", QuestionForm.AMOUNT),
        ("what happens when the disk is full", QuestionForm.WHAT_IF),
        ("but why", QuestionForm.WHY),
        ("hey, how do i see the user", QuestionForm.HOW),
        ("what is a manifest", QuestionForm.WHAT),
        ("is it safe? where do i read that", QuestionForm.WHERE),
        ("I pinned everything", QuestionForm.NONE),
        ("", QuestionForm.NONE),
    ],
)
def test_form(text: str, form: QuestionForm) -> None:
    assert form_of(text) is form


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("is root fine", False),
        ("is root dangerous", True),
        ("isn’t root dangerous", False),
        ("is root fine, yes or no", False),
    ],
)
def test_turned(text: str, turned: bool) -> None:
    assert is_turned(text) is turned


@pytest.mark.parametrize(
    "text",
    ["is == pinning enough", "ok, can I keep it?", "tags move, right?", "is it fine, yes or no", "done. am i ready?"],
)
def test_what_wants_yes_or_no(text: str) -> None:
    assert asks_yes_or_no(text)


@pytest.mark.parametrize("text", ["", "what is a tag?", "why is that so?", "I can do that. And I will"])
def test_what_wants_more_than_yes_or_no(text: str) -> None:
    assert not asks_yes_or_no(text)


def test_what_begins_with_why_wants_more() -> None:
    assert opens_with_why("and why is it open?")
    assert not opens_with_why("is it open?")


def test_several_questions_are_told_apart() -> None:
    text = "what is a tag? and what is a digest, and how do i get one?"
    assert questions_in(text) == ["what is a tag?", "what is a digest", "how do i get one?"]


@pytest.mark.parametrize("text", ["", "what is a tag?", "I pin it and push it", "why? why?"])
def test_one_question_or_none_is_no_list(text: str) -> None:
    assert questions_in(text) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what does SIGTERM do. also can i wait longer?", ["what does SIGTERM do.", "can i wait longer?"]),
        (
            "does a volume survive down, and what about the network",
            ["does a volume survive down", "what about the network"],
        ),
        ("tell me what a digest is, and also where i find it", ["tell me what a digest is", "where i find it"]),
        ("is it safe, and do I need root?", ["is it safe", "do I need root?"]),
        ("what happens when it is up and is healthy", []),
    ],
)
def test_parts_of_a_message(text: str, parts: list[str]) -> None:
    assert questions_in(text) == parts


@given(st.text(max_size=200))
def test_any_text_has_a_form(text: str) -> None:
    assert form_of(text) in QuestionForm
    is_turned(text)
