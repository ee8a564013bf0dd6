"""Time that a test can push forward: retries, expiry and rate limits hang on it."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Action = Callable[[], None]


@dataclass(order=True)
class Timer:
    due: float
    number: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Clock:
    """Wall-clock seconds plus all that was added by `advance`; due jobs run in order, one thread at a time."""

    def __init__(self) -> None:
        self._base = time.time() - time.monotonic()
        self._added = 0.0
        self._jobs: list[Timer] = []
        self._numbers = itertools.count()
        self._lock = threading.RLock()
        self._running = threading.RLock()

    def now(self) -> float:
        return self._base + time.monotonic() + self._added

    def call_later(self, seconds: float, action: Action) -> Timer:
        with self._lock:
            job = Timer(self.now() + seconds, next(self._numbers), action)
            heapq.heappush(self._jobs, job)
            return job

    def run_due(self) -> None:
        with self._running:
            while (job := self._next_until(self.now())) is not None:
                job.action()

    def advance(self, seconds: float) -> None:
        """Jobs see the time at which they were due, so that what they plan in turn is not late."""
        with self._running:
            target = self.now() + seconds
            while (job := self._next_until(target)) is not None:
                self._added += max(0.0, job.due - self.now())
                job.action()
            self._added += max(0.0, target - self.now())

    def _next_until(self, moment: float) -> Timer | None:
        with self._lock:
            while self._jobs and self._jobs[0].due <= moment:
                job = heapq.heappop(self._jobs)
                if not job.cancelled:
                    return job
            return None
