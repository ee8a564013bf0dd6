from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack_emulator.clock import Clock


def test_jobs_wait_until_the_clock_is_pushed() -> None:
    clock, done = Clock(), list[str]()
    clock.call_later(60, lambda: done.append("minute"))
    clock.run_due()
    assert done == []
    clock.advance(60)
    assert done == ["minute"]


def test_a_job_sees_the_time_at_which_it_was_due() -> None:
    clock, seen = Clock(), list[float]()
    start = clock.now()
    clock.call_later(60, lambda: seen.append(clock.now() - start))
    clock.advance(1_000)
    assert seen[0] == pytest.approx(60, abs=1)
    assert clock.now() - start == pytest.approx(1_000, abs=1)


def test_what_a_job_plans_runs_within_the_same_push() -> None:
    clock, done = Clock(), list[str]()

    def plan_another() -> None:
        clock.call_later(300, lambda: done.append("second retry"))

    clock.call_later(60, plan_another)
    clock.advance(361)
    assert done == ["second retry"]


def test_a_cancelled_job_does_not_run() -> None:
    clock, done = Clock(), list[str]()
    clock.call_later(5, lambda: done.append("no")).cancelled = True
    clock.advance(10)
    assert done == []


@given(st.lists(st.integers(0, 1_000), max_size=20), st.integers(0, 1_000))
def test_exactly_the_due_jobs_run_in_order(delays: list[int], push: int) -> None:
    clock, done = Clock(), list[int]()
    for delay in delays:
        clock.call_later(delay, partial(done.append, delay))
    clock.advance(push + 0.5)
    assert done == sorted(other_delay for other_delay in delays if other_delay <= push)
