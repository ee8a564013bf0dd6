"""Whether a text has the form of a question, of which kind, and how many it asks."""

from __future__ import annotations

import pytest

from agent.understanding.questions import (
    asks_for_opinion,
    asks_of_others,
    asks_yes_or_no,
    clauses_of,
    looks_like_question,
    opens_by_tying,
    opens_with_why,
    questions_in,
    says_a_word,
)


@pytest.mark.parametrize(
    "text", ["what is a digest", "so, why is that", "ok and how do i do it", "explain layers", "a tag moves, right?"]
)
def test_what_asks(text: str) -> None:
    assert looks_like_question(text)


@pytest.mark.parametrize("text", ["", "here are my files", "whatever", "I would pin it", "The island is small."])
def test_what_does_not_ask(text: str) -> None:
    assert not looks_like_question(text)


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


@pytest.mark.parametrize(("text", "ties"), [("and why?", True), ("ok so it moves", True), ("android", False)])
def test_what_goes_on_with_what_was_said(text: str, ties: bool) -> None:
    assert opens_by_tying(text) is ties


def test_several_questions_are_told_apart() -> None:
    text = "what is a tag? and what is a digest, and how do i get one?"
    assert questions_in(text) == ["what is a tag?", "what is a digest", "how do i get one?"]


@pytest.mark.parametrize("text", ["", "what is a tag?", "I pin it and push it", "why? why?"])
def test_one_question_or_none_is_no_list(text: str) -> None:
    assert questions_in(text) == []


def test_clauses_end_at_marks_and_dashes() -> None:
    assert clauses_of("leave P6; how do I see it, really - now. Go") == [
        "leave P6",
        "how do I see it",
        "really",
        "now",
        "Go",
    ]
    assert clauses_of("") == []


@pytest.mark.parametrize(
    "text",
    ["what do you think I know?", "why do you think I don't know what a tag is?", "why did you say that we miss it"],
)
def test_what_asks_for_our_opinion_of_somebody(text: str) -> None:
    assert asks_for_opinion(text)


@pytest.mark.parametrize(
    "text", ["what do you think I should do?", "what do you think of tags?", "why do I need it?", "do you think so?"]
)
def test_what_asks_for_no_opinion_of_somebody(text: str) -> None:
    assert not asks_for_opinion(text)


@pytest.mark.parametrize("text", ["who is stuck on the runtime gate?", "who has handed in?", "who's the best learner"])
def test_what_asks_of_others(text: str) -> None:
    assert asks_of_others(text)


@pytest.mark.parametrize("text", ["who are you?", "who pulls the image?", "I'm stuck on the gate", "who is PID 1?"])
def test_what_does_not_ask_of_others(text: str) -> None:
    assert not asks_of_others(text)


@pytest.mark.parametrize("text", ["", "🐳🐳 👍🏽", ":whale: :+1:", "?!"])
def test_what_says_no_word(text: str) -> None:
    assert not says_a_word(text)


@pytest.mark.parametrize("text", ["D6", "🐳 why?", "::1 or 127.0.0.1"])
def test_what_says_a_word(text: str) -> None:
    assert says_a_word(text)
