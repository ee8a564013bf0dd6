"""Calls of which only the newest matters: typing status and Home pages may be late, but not wrong."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from slack_sdk.errors import SlackApiError, SlackClientError

WORKERS = 4
CLOSE_SECONDS = 5.0  # seconds that closing waits for what is still to be shown
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _PendingCall:
    call: Callable[[], object]
    not_before: float


class CoalescingQueue:
    """A context manager. Of the calls under one key only the newest is shown, one call at a time.

    Callers never wait, so that no status and no page holds an answer back.
    """

    def __init__(self) -> None:
        self._pending: dict[str, _PendingCall] = {}
        self._busy: set[str] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *error: object) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._pending and not self._busy, CLOSE_SECONDS)
            self._closing = True
            self._changed.notify_all()

    def show(self, key: str, call: Callable[[], object]) -> None:
        with self._changed:
            self._pending[key] = _PendingCall(call, 0.0)
            self._changed.notify_all()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            key, pending = taken
            wait = _attempt(pending.call)
            with self._changed:
                self._busy.discard(key)
                if wait:
                    self._pending.setdefault(key, _PendingCall(pending.call, time.monotonic() + wait))
                self._changed.notify_all()

    def _take(self) -> tuple[str, _PendingCall] | None:
        with self._changed:
            while not self._closing:
                now = time.monotonic()
                free = [(key, pending) for key, pending in self._pending.items() if key not in self._busy]
                ready = next(((key, pending) for key, pending in free if pending.not_before <= now), None)
                if ready is not None:
                    self._busy.add(ready[0])
                    del self._pending[ready[0]]
                    return ready
                soonest = min((pending.not_before for _, pending in free), default=None)
                self._changed.wait(None if soonest is None else soonest - now)
            return None


def _attempt(call: Callable[[], object]) -> float:
    """Seconds until another attempt; 0 where none is wanted."""
    try:
        call()
    except SlackApiError as error:
        response: Any = error.response
        if response.status_code == 429:
            return float(response.headers.get("Retry-After", 30))
        _log.info("Slack refused what was to be shown: %s", response.get("error", "unknown"))
    except (SlackClientError, OSError) as error:
        _log.info("could not be shown: %s", type(error).__name__)
    except Exception:  # noqa: BLE001 - a page that cannot be made must not end the worker
        _log.exception("what was to be shown could not be made")
    return 0.0
