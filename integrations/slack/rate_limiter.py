"""How fast calls go out: of each channel's messages and of each method only as many as Slack asks for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

# A minute, for the whole app in a workspace: the least that Slack promises for the method's tier.
PER_MINUTE = {
    "chat.startStream": 20,
    "chat.appendStream": 100,
    "chat.update": 50,
    "agents.sessions.setStatus": 50,
}
BURST, SECONDS_EACH = 10, 1.0  # messages of one channel
MAX_CHANNELS = 2_000


@dataclass
class _Bucket:
    """Full again at `full_at`; each call takes `each` seconds out of it."""

    size: int
    each: float
    full_at: float = 0.0

    def take(self, count: int, now: float) -> float:
        """Seconds to wait; 0, and the calls counted, where they may go now."""
        full_at = max(now, self.full_at) + count * self.each
        over = full_at - (now + self.size * self.each)
        if over > 0:
            return over
        self.full_at = full_at
        return 0.0


class RateLimiter:
    def __init__(self) -> None:
        self._channels: dict[str, _Bucket] = {}
        self._methods = {name: _Bucket(most, 60.0 / most) for name, most in PER_MINUTE.items()}
        self._lock = threading.Lock()

    def wait(self, channel: str) -> float:
        """Seconds to wait with the next message; 0, and one message counted, where one may go now."""
        with self._lock:
            now = time.monotonic()
            if len(self._channels) > MAX_CHANNELS:
                self._channels = {key: bucket for key, bucket in self._channels.items() if bucket.full_at > now}
            return self._channels.setdefault(channel, _Bucket(BURST, SECONDS_EACH)).take(1, now)

    def allows(self, method: str, count: int = 1) -> bool:
        """Whether so many calls may go now, which counts them; for what can also be left out."""
        with self._lock:
            return not self._methods[method].take(count, time.monotonic())

    def pause(self, method: str, seconds: float) -> None:
        """Slack said to wait with this method."""
        with self._lock:
            bucket = self._methods[method]
            bucket.full_at = max(bucket.full_at, time.monotonic() + seconds + bucket.size * bucket.each)
