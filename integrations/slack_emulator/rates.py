"""Rate limits: per method and workspace by tier, per channel for posted messages."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from integrations.slack_emulator.schema import Method

WINDOW = 60.0
POSTS_IN_BURST = 4
SECONDS_PER_POST = 1.0


class RateLimits:
    """Off until `enabled`: most tests are about something else."""

    def __init__(self) -> None:
        self.enabled = False
        self._calls: defaultdict[tuple[str, ...], deque[float]] = defaultdict(deque)

    def wait(self, method: Method, owner: tuple[str, str], channel: str, now: float) -> int:
        """Seconds for `Retry-After`; 0 and one call more on the count where the call may pass."""
        if not self.enabled:
            return 0
        windows = [((*owner, method.name), method.per_minute, WINDOW)]
        if method.name == "chat.postMessage" and channel:
            windows.append(((*owner, channel), POSTS_IN_BURST, POSTS_IN_BURST * SECONDS_PER_POST))
        delays = [self._delay(key, most, length, now) for key, most, length in windows]
        if max(delays) > 0:
            return math.ceil(max(delays))
        for key, _, _ in windows:
            self._calls[key].append(now)
        return 0

    def _delay(self, key: tuple[str, ...], most: int, length: float, now: float) -> float:
        calls = self._calls[key]
        while calls and calls[0] <= now - length:
            calls.popleft()
        return calls[0] + length - now if len(calls) >= most else 0.0
