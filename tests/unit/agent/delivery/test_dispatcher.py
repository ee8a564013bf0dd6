from __future__ import annotations

import threading

import pytest

from agent.delivery import dispatcher as dispatcher_module
from agent.delivery.dispatcher import Dispatcher


class Recorder:
    def __init__(self, *, fail: int = 0) -> None:
        self.seen: list[str] = []
        self.done = threading.Event()
        self.fail = fail

    def submit_turn(self, key: str, conversation: str) -> None:
        if self.fail:
            self.fail -= 1
            raise ConnectionError
        self.seen.append(key)
        if key == "last":
            self.done.set()

    def submit_build(self, job_id: str) -> None:
        self.seen.append(job_id)

    def submit_tidy(self, conversation: str) -> None:
        self.seen.append(conversation)


def test_turns_are_handed_on_in_their_order_also_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher_module, "RETRY_SECONDS", 0.01)
    jobs = Recorder(fail=3)
    with Dispatcher(jobs) as dispatcher:
        for key in ("a", "b", "last"):
            dispatcher.submit_turn(key, "c")
        assert jobs.done.wait(5)
    assert jobs.seen == ["a", "b", "last"]


def test_closing_does_not_wait_for_a_database_that_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher_module, "RETRY_SECONDS", 600.0)
    jobs = Recorder(fail=10**6)
    with Dispatcher(jobs) as dispatcher:
        dispatcher.submit_turn("a", "c")
    assert jobs.seen == []
