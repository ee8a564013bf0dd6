"""How fast messages go to one channel: a short burst, then one a second, as Slack asks."""

from __future__ import annotations

import threading
import time

BURST = 10
SECONDS_EACH = 1.0
MAX_CHANNELS = 2_000


class Pace:
    def __init__(self) -> None:
        self._full_at: dict[str, float] = {}  # when the channel's burst will be whole again
        self._lock = threading.Lock()

    def wait(self, channel: str) -> float:
        """Seconds to wait; 0, and one message counted, where one may go now."""
        with self._lock:
            now = time.monotonic()
            if len(self._full_at) > MAX_CHANNELS:
                self._full_at = {key: at for key, at in self._full_at.items() if at > now}
            full_at = max(now, self._full_at.get(channel, now))
            over = full_at + SECONDS_EACH - (now + BURST * SECONDS_EACH)
            if over > 0:
                return over
            self._full_at[channel] = full_at + SECONDS_EACH
            return 0.0
