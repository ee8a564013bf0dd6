"""Hands what was accepted to the jobs, in its order, when its sender has already heard that it arrived."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Self

from agent.delivery.queues import Queues

RETRY_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Dispatcher:
    """A context manager and a `Jobs` whose callers do not wait.

    What it still holds when the process dies is in the inbox, from where it is taken up again.
    """

    def __init__(self, jobs: Queues) -> None:
        self._jobs = jobs
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="dispatcher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()

    def submit_turn(self, key: str, conversation: str) -> None:
        self._waiting.put(lambda: self._jobs.submit_turn(key, conversation))

    def submit_build(self, job_id: str) -> None:
        self._jobs.submit_build(job_id)

    def submit_tidy(self, conversation: str) -> None:
        self._jobs.submit_tidy(conversation)

    def _work(self) -> None:
        while (submit := self._waiting.get()) is not None:
            while not _done(submit) and not self._closing.wait(RETRY_SECONDS):
                """The database is away: the order is kept until it is back."""


def _done(submit: Callable[[], None]) -> bool:
    try:
        submit()
    except Exception:  # noqa: BLE001 - whatever the database says, the next attempt may succeed
        _log.exception("a turn could not be handed to the jobs; it is tried again")
        return False
    return True
