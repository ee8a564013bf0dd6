"""Whether a text has the form of a question, of which kind, and how many it asks."""

from __future__ import annotations

import pytest

from agent.understanding.questions import (
    asks_for_opinion,
    asks_of_others,
    clauses_of,
    looks_like_question,
    opens_by_tying,
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


@pytest.mark.parametrize(("text", "ties"), [("and why?", True), ("ok so it moves", True), ("android", False)])
def test_what_goes_on_with_what_was_said(text: str, ties: bool) -> None:
    assert opens_by_tying(text) is ties


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
