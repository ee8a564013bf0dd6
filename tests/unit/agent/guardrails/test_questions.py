"""One question a message, and none twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.wording import digest_of
from agent.guardrails.questions import settle


def test_of_several_questions_the_last_is_kept() -> None:
    text, kept = settle("What is it? It is a tag.\n\nWho moves it?", ())
    assert (text, kept) == ("It is a tag.\n\nWho moves it?", ["Who moves it?"])


def test_a_question_that_was_put_before_is_left_out() -> None:
    text, kept = settle("Look at line 1. Who moves it?", {digest_of("who moves it")})
    assert (text, kept) == ("Look at line 1.", [])


def test_each_item_of_a_list_may_ask() -> None:
    text = "1. `Dockerfile` line 1 · **D1**: no version. _Which one?_\n2. `Dockerfile` line 3: open. _Since when?_"
    assert settle(text, ()) == (text, ["_Which one?_", "_Since when?_"])


@pytest.mark.parametrize(
    "quoted", ["- “What is drift?”: you have shown it.", "Look at `a?b`.", "Version 3. 4 lines follow."]
)
def test_what_is_quoted_is_no_question_of_ours(quoted: str) -> None:
    assert settle(quoted, ()) == (quoted, [])


@given(st.text(alphabet="ab .?!\n-1`“”", max_size=120))
def test_settling_twice_changes_nothing(text: str) -> None:
    once, kept = settle(text, ())
    assert settle(once, ())[0] == once
    assert all(kept_item.rstrip(" _*").endswith("?") for kept_item in kept)
