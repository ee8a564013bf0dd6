"""What orders a submission by its form, and what only speaks of one."""

from __future__ import annotations

import pytest

from agent.conversation.handlers.criterion_status import asks_for_archive
from agent.conversation.handlers.submission import orders_submission


@pytest.mark.parametrize(
    "text",
    [
        "submit",
        "I want to submit for the gate",
        "ok, please submit it",
        "I'd like to hand everything in",
        "let me submit",
    ],
)
def test_what_orders_a_submission(text: str) -> None:
    assert orders_submission(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "how do I submit?",
        "I don't want to submit yet",
        "submit?",
        "what does it take to submit",
        "I would not submit this",
        "do not submit it",
    ],
)
def test_what_only_speaks_of_one(text: str) -> None:
    assert not orders_submission(text)


@pytest.mark.parametrize("text", ["can I have my week artefact?", "my portfolio please", "send the week's artifact"])
def test_the_week_artefact_is_asked_for(text: str) -> None:
    assert asks_for_archive(text)


@pytest.mark.parametrize("text", ["what is the week artefact?", "what is a build artifact", "the archive is too large"])
def test_an_artefact_is_only_spoken_of(text: str) -> None:
    assert not asks_for_archive(text)
