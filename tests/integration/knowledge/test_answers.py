"""Answers from a real index: quoted, cited, or declined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.app import Knowledge
from knowledge.course.loader import load_course

Open = Callable[[], Knowledge]


def test_an_answer_quotes_the_lesson_word_for_word(opened: Open, course: Path) -> None:
    knowledge = opened()
    answer = knowledge.answerer.answer("what is a canary release?")
    assert not answer.declined
    assert answer.citations[0].section == "rollout"
    lesson = " ".join(" ".join(section.text.split()) for section in load_course(course).lessons[0].sections)
    for line in answer.text.splitlines():
        assert line.rsplit(" [", 1)[0].rstrip(".") in lesson
    assert knowledge.answerer.unsupported(answer.text, answer.hits) == []


@pytest.mark.parametrize(
    "question", ["how do I bake bread at home?", "who won the match yesterday", "", "?!", "\x00", "a " * 3_000]
)
def test_what_is_not_taught_is_declined(opened: Open, question: str) -> None:
    answer = opened().answerer.answer(question)
    assert answer.declined
    assert answer.citations == ()


def test_a_follow_up_is_understood_with_the_question_before(opened: Open) -> None:
    answerer = opened().answerer
    history = [("learner", "what is a feature flag?"), ("tutor", "A feature flag separates deploying from showing.")]
    assert answerer.look_up("and who owns it?", history)[0].passage.citation.section == "rollout"
    assert answerer.answer("and who won the match?", history).declined


def test_a_sentence_that_nothing_supports_is_named(opened: Open) -> None:
    knowledge = opened()
    hits = knowledge.retriever.search("what is a canary release?", limit=2)
    made_up = "Canary releases always start with exactly 7341 users."
    assert knowledge.answerer.unsupported(made_up, hits) == [made_up]
    assert knowledge.answerer.unsupported("A canary gives the new version a small share of traffic.", hits) == []
