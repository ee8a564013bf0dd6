"""The port for work that outlives a request: turns in order per conversation, builds a few at a time."""

from __future__ import annotations

import threading
from collections import defaultdict
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
        self._done: set[str] = set()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def submit_turn(self, key: str, conversation: str) -> None:
        with self._locks[conversation]:
            self._once(key, self._run_turn)

    def submit_build(self, job_id: str) -> None:
        self._once(job_id, self._run_build)

    def _once(self, key: str, run: Callable[[str], None]) -> None:
        if key not in self._done:
            self._done.add(key)
            run(key)
