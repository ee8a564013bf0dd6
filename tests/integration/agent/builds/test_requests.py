"""Builds in turn among learners, on real databases: nobody is starved, each is taken once, a cut-off one is found."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.builds.requests import BuildRequests, _Asked, in_turn
from agent.domain.turn import BuildRequest
from agent.storage.database import Storage

START = datetime(2026, 1, 1, tzinfo=UTC)


def _put(jobs: BuildRequests, person: str, number: int) -> str:
    request = BuildRequest(f"{person}-{number}", f"T1:{person}", "first", "u", "c")
    jobs.put(request, {"team": "T1"})
    return request.job_id


def test_ten_builds_of_one_learner_do_not_keep_another_waiting(storage: Storage) -> None:
    jobs = BuildRequests(storage)
    many = [_put(jobs, "many", number) for number in range(10)]
    first = jobs.take("t0")
    assert first is not None
    one = _put(jobs, "one", 0)
    two = _put(jobs, "two", 0)
    assert first.job_id == many[0]
    assert [jobs.ahead(one), jobs.ahead(two), jobs.ahead(many[1])] == [1, 2, 3]
    jobs.done(first.job_id)
    taken = [jobs.take(f"t{number}") for number in range(1, 4)]
    assert [found.job_id for found in taken if found] == [one, two, many[1]]
    assert jobs.ahead(many[9]) == 3 + 7


def test_a_build_is_taken_once_by_however_many_workers(storage: Storage) -> None:
    jobs = BuildRequests(storage)
    ids = {_put(jobs, "ab"[number % 2], number) for number in range(8)}
    taken: list[str] = []

    def work(number: int) -> None:
        found = jobs.take(f"turn {number}")
        if found is not None:
            taken.append(found.job_id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids)


def test_a_turn_that_was_cut_off_finds_its_own_build_again(storage: Storage) -> None:
    jobs = BuildRequests(storage)
    job, other = _put(jobs, "a", 0), _put(jobs, "b", 0)
    jobs.take("t0")
    again = jobs.take("t0")
    assert again is not None
    assert (again.job_id, again.cut_off) == (job, True)
    jobs.done(job, cut_off=True)
    assert jobs.state(job) == "interrupted"
    assert jobs.take("t0") is None
    assert jobs.state(other) == "waiting"


def test_what_was_stopped_while_it_waited_is_not_taken(storage: Storage) -> None:
    jobs = BuildRequests(storage)
    job = _put(jobs, "a", 0)
    assert jobs.stop(job, "T1:a")
    assert jobs.take("t0") is None
    running = _put(jobs, "a", 1)
    jobs.take("t1")
    assert jobs.stop(running, "T1:a")
    jobs.done(running)
    assert jobs.state(running) == "stopped"
    assert jobs.stop_all("T1:a") == 0


@given(
    waiting=st.lists(st.sampled_from("abcd"), max_size=20),
    served=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 50)), max_size=10),
)
def test_nobody_is_served_twice_while_another_waits(waiting: list[str], served: list[tuple[str, int]]) -> None:
    asked = [_Asked(f"s{n}", person, START + timedelta(minutes=at)) for n, (person, at) in enumerate(served)]
    asked += [_Asked(f"w{n}", person, None) for n, person in enumerate(waiting)]
    line = in_turn(asked)
    assert sorted(line) == sorted(f"w{n}" for n in range(len(waiting)))
    whose = [waiting[int(job[1:])] for job in line]
    for place, person in enumerate(whose):
        left = whose[place:]
        between = list(itertools.takewhile(lambda left_over: left_over != person, left[1:]))  # noqa: B023 - used at once
        assert set(between) == set(left) - {person} or person not in left[1:]
    for person in set(waiting):
        own = [int(job[1:]) for job, of in zip(line, whose, strict=True) if of == person]
        assert own == sorted(own)
