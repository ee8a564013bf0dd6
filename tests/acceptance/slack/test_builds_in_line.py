"""Builds of several learners: who waits is told how many come first, whoever asked most waits longest, Stop works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.slack.rate_limiter import RateLimiter
from integrations.slack_emulator.transcript import Seen
from tests.acceptance.slack.harness import SECONDS, Harness, Place, open_harness


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RateLimiter, "allows", lambda *_: True)
        with open_harness(tmp_path, "agent", build_runner=True) as opened:
            yield opened


def _asks_for_a_build(place: Place, number: int = 0) -> list[Seen]:
    text = f"FROM scratch\nLABEL n={place.name}-{number}\n".encode()
    said = place.says("here is my file", files=[("Dockerfile", text)])
    return place.presses(_with_button(place.answers(said), "Build it"), "Build it")


def _with_button(seen: list[Seen], label: str) -> Seen:
    return next(one for one in seen if label in {button.label for button in one.buttons})


def _texts(place: Place) -> str:
    return "\n".join(one.text for one in place.seen() if one.user == place.harness.bot)


def test_who_waits_is_told_how_many_come_first_and_is_not_starved(harness: Harness) -> None:
    first, second = harness.direct("Learner A"), harness.direct("Learner B")
    _asks_for_a_build(first, 0)
    assert harness.builder.begun.wait(SECONDS)
    _asks_for_a_build(first, 1)
    _asks_for_a_build(first, 2)
    assert "1 build before yours" in _texts(first)
    assert "2 builds before yours" in _texts(first)
    _asks_for_a_build(second)
    assert "1 build before yours" in _texts(second)
    assert len(harness.tutoring.build_jobs.waiting()) == 3
    assert harness.tutoring.build_jobs.load(harness.tutoring.build_jobs.waiting()[0])[0].person_id.endswith(  # type: ignore[index]
        second.person.id
    )
    harness.builder.go.set()
    harness.emulator.wait_for(lambda: not harness.tutoring.build_jobs.waiting(), SECONDS)
    harness.emulator.wait_for(lambda: _texts(second).count("A step failed") == 1, SECONDS)
    harness.emulator.wait_for(lambda: _texts(first).count("A step failed") == 3, SECONDS)


def test_a_build_that_waits_is_stopped_at_once(harness: Harness) -> None:
    first, second = harness.direct("Learner A"), harness.direct("Learner B")
    _asks_for_a_build(first)
    assert harness.builder.begun.wait(SECONDS)
    waiting = _with_button(_asks_for_a_build(second), "Stop")
    second.presses(waiting, "Stop")
    assert harness.tutoring.build_jobs.waiting() == []
    harness.builder.go.set()
    harness.emulator.wait_for(lambda: "A step failed" in _texts(first), SECONDS)
    harness.quiet()
    assert "A step failed" not in _texts(second)
