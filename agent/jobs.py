"""The port for work that outlives a request: turns in order per conversation, builds a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol


class Jobs(Protocol):
    """Submitting the same key again is the same job."""

    def submit_turn(self, key: str, conversation: str) -> None: ...

    def submit_build(self, job_id: str) -> None: ...


class ImmediateJobs:
    """Runs at once in the caller's thread, a conversation's turns one by one; for tests and one-off commands."""

    def __init__(self, run_turn: Callable[[str], None], run_build: Callable[[str], None]) -> None:
        self._run_turn, self._run_build = run_turn, run_build
        self._guard = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._taken: set[str] = set()

    def submit_turn(self, key: str, conversation: str) -> None:
        with self._guard:
            turns = self._turns.setdefault(conversation, threading.Lock())
        with turns:
            self._once(f"turn:{key}", key, self._run_turn)

    def submit_build(self, job_id: str) -> None:
        self._once(f"build:{job_id}", job_id, self._run_build)

    def _once(self, job: str, key: str, run: Callable[[str], None]) -> None:
        with self._guard:
            if job in self._taken:
                return
            self._taken.add(job)
        try:
            run(key)
        except BaseException:
            self._taken.discard(job)  # what failed may be submitted again
            raise
