"""Says in a conversation that the tutor is at work, and takes it back whatever happens."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from agent.settings import SlackProfile
from integrations.slack.coalescing_queue import CoalescingQueue
from integrations.slack.rate_limiter import RateLimiter

METHOD = "agents.sessions.setStatus"
MAX_KNOWN = 20_000
Thread = tuple[str, str]  # channel, root of the thread


class TypingStatus:
    """Only direct messages of the agent profile have one; with it comes Slack's own Stop button."""

    def __init__(
        self, client: WebClient, coalescing: CoalescingQueue, rate_limiter: RateLimiter, profile: SlackProfile
    ) -> None:
        self._client, self._coalescing, self._rate_limiter = client, coalescing, rate_limiter
        self._has_any = profile is SlackProfile.AGENT
        self._shown: dict[Thread, bool] = {}  # False: there were too many to show this one

    def announce(self, channel: str, thread_ts: str) -> None:
        """A message has come; its turn may have to wait."""
        if not self._applies(channel, thread_ts) or (channel, thread_ts) in self._shown:
            return
        if len(self._shown) > MAX_KNOWN:
            self._shown.clear()
        allowed = self._rate_limiter.allows(METHOD, 2)  # it has to be taken back, too
        self._shown[channel, thread_ts] = allowed
        if allowed:
            self._show(channel, thread_ts, "processing")

    def begin(self, channel: str, thread_ts: str) -> None:
        """Its turn runs: here after its announcement, or in another process, or again after a crash."""
        if self._applies(channel, thread_ts) and (channel, thread_ts) not in self._shown:
            self._shown[channel, thread_ts] = True
            if self._rate_limiter.allows(METHOD, 2):
                self._show(channel, thread_ts, "processing")

    def end(self, channel: str, thread_ts: str) -> None:
        if self._applies(channel, thread_ts) and self._shown.pop((channel, thread_ts), True):
            self._show(channel, thread_ts, "active")

    def _applies(self, channel: str, thread_ts: str) -> bool:
        return self._has_any and channel.startswith("D") and bool(thread_ts)

    def _show(self, channel: str, thread_ts: str, status: str) -> None:
        asked: dict[str, Any] = {"channel_id": channel, "thread_ts": thread_ts, "status": status}
        self._coalescing.show(f"status:{channel}:{thread_ts}", lambda: self._client.api_call(METHOD, json=asked))
