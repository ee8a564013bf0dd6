"""The form of a question: how it begins, what it offers, what is put behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.question_form import QuestionForm, form_of, is_turned


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


@given(st.text(max_size=200))
def test_any_text_has_a_form(text: str) -> None:
    assert form_of(text) in QuestionForm
    is_turned(text)
