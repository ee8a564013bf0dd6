"""Who shares a misconception, since when, and who knows better by now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.conversation.instructors.answers.misconceptions import _share
from agent.learners.mastery import Observation, Observed
from agent.learners.misconceptions import SMALLEST_GROUP, shared_beliefs
from knowledge.course.pack import Misconception
from tests.samples import criterion, lesson

START = datetime(2026, 11, 1, tzinfo=UTC)
BELIEF = Misconception("tags-stay", "A tag stays where it is.", (), "A tag moves.", "Who moves it?", "one")
LESSON = replace(lesson("first", 1, criterion("P1")), misconceptions=(BELIEF,))


def _seen(kind: Observed, day: int, subject: str = BELIEF.id, said: str = "") -> Observation:
    return Observation(subject, kind, said, START + timedelta(days=day))


def test_each_person_counts_once_from_the_first_time() -> None:
    seen = [
        _seen(Observed.BELIEVES, 3, said="it stays"),
        _seen(Observed.SURPRISED, 5),
        _seen(Observed.BELIEVES, 6, said="yes"),
    ]
    shared = shared_beliefs(LESSON, {"a": seen, "b": [_seen(Observed.SURPRISED, 4)], "c": [_seen(Observed.SHOWN, 1)]})
    assert [(one.size, one.since, one.said) for one in shared] == [(2, START + timedelta(days=3), ("yes", "it stays"))]
    assert [one.id for one in shared[0].criteria] == ["P1"]


@pytest.mark.parametrize(
    ("seen", "knows"),
    [
        ([_seen(Observed.BELIEVES, 1), _seen(Observed.SHOWN, 2, "belief:tags-stay")], True),
        ([_seen(Observed.BELIEVES, 1), _seen(Observed.FORESAW, 2)], True),
        ([_seen(Observed.FORESAW, 1), _seen(Observed.BELIEVES, 2)], False),
        ([_seen(Observed.BELIEVES, 1), _seen(Observed.MISSED, 2)], False),
        ([_seen(Observed.BELIEVES, 1), _seen(Observed.SHOWN, 2, "another")], False),
    ],
)
def test_who_showed_it_after_the_last_time_knows_better(seen: list[Observation], knows: bool) -> None:
    assert bool(shared_beliefs(LESSON, {"a": seen})[0].relearned) is knows


def test_who_was_upheld_by_an_instructor_never_held_it() -> None:
    assert shared_beliefs(LESSON, {"a": [_seen(Observed.BELIEVES, 1), _seen(Observed.UPHELD, 2)]}) == []


@pytest.mark.parametrize("whole", range(SMALLEST_GROUP, 16))
def test_no_share_gives_a_small_group_away(whole: int) -> None:
    for part in range(whole + 1):
        said = _share(part, whole)
        small = 0 < part < SMALLEST_GROUP or 0 < whole - part < SMALLEST_GROUP
        assert said.isdigit() is (not small and 0 < part < whole), (part, whole, said)
