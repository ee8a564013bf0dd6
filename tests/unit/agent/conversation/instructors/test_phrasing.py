from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.conversation.instructors.answers.phrasing import ago, counted, joined, lasting, shortened, window

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=9), "9 days ago"),
        (timedelta(seconds=-5), "just now"),
    ],
)
def test_an_age_has_one_unit(passed: timedelta, said: str) -> None:
    assert ago(NOW - passed, NOW) == said


def test_spans_and_counts_are_said_as_people_say_them() -> None:
    assert lasting(NOW - timedelta(seconds=3), NOW) == "less than a minute"
    assert window(NOW - timedelta(days=1), NOW) == "the last 24 hours"
    assert window(NOW - timedelta(days=7), NOW) == "the last 7 days"
    assert (counted(1, "criterion", "criteria"), counted(2, "criterion", "criteria")) == ("1 criterion", "2 criteria")
    assert joined(["a", "b", "c"], "or") == "a, b or c"
    assert shortened(["a", "b", "c"], 2) == "a, b and 1 more"
    assert shortened(["a", "b"], 2) == "a and b"
