"""Takes messages from the outbox to Slack, in order, and knows what to do when Slack says no."""

from __future__ import annotations

import logging
import threading
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.outbox import Outbox, Outgoing

RETRY_SECONDS = 5.0
# What another attempt would not change.
_FINAL = frozenset(
    "channel_not_found is_archived not_in_channel account_inactive invalid_auth token_revoked user_not_found".split()
)
_log = logging.getLogger(__name__)


class Courier:
    """`flush` may be called by many threads; one of them delivers at a time."""

    def __init__(self, client: WebClient, outbox: Outbox) -> None:
        self._client, self._outbox = client, outbox
        self._lock = threading.Lock()

    def post(
        self, key: str, *, channel: str = "", user: str = "", thread_ts: str = "", message: dict[str, Any]
    ) -> None:
        """To a channel, or to a person by their direct message; the key makes it one message."""
        payload = {"user": user, "thread_ts": thread_ts, "message": message}
        self._outbox.put(key, channel or f"@{user}", payload)

    def flush(self) -> None:
        with self._lock:
            while due := self._outbox.due():
                for one in due:
                    self._deliver(one)

    def _deliver(self, one: Outgoing) -> None:
        try:
            self._outbox.sent(one.key, self._send(one))
        except SlackApiError as error:
            self._refused(one, error)
        except (SlackClientError, OSError) as error:
            self._outbox.failed(one.key, type(error).__name__, retry_after=RETRY_SECONDS)

    def _send(self, one: Outgoing) -> str:
        payload = one.payload
        channel = one.channel if not payload["user"] else self._direct(payload["user"])
        arguments: dict[str, Any] = {"channel": channel, **payload["message"]}
        if payload["thread_ts"]:
            arguments["thread_ts"] = payload["thread_ts"]
        return str(self._client.chat_postMessage(**arguments, unfurl_links=False)["ts"])

    def _direct(self, user: str) -> str:
        opened: Any = self._client.conversations_open(users=user)
        return str(opened["channel"]["id"])

    def _refused(self, one: Outgoing, error: SlackApiError) -> None:
        response: Any = error.response
        code = str(response.get("error", "unknown"))
        if response.status_code == 429:
            self._outbox.failed(one.key, "ratelimited", retry_after=float(response.headers.get("Retry-After", 30)))
        elif code in ("invalid_blocks", "msg_blocks_too_long") and "blocks" in one.payload["message"]:
            _log.error("Slack refused the blocks of %s; sent as text", one.key)
            self._as_text(one)
        elif code in _FINAL:
            self._outbox.failed(one.key, code, retry_after=None)
        else:
            self._outbox.failed(one.key, code, retry_after=RETRY_SECONDS)

    def _as_text(self, one: Outgoing) -> None:
        plain = {"text": one.payload["message"]["text"]}
        try:
            sent = self._send(Outgoing(one.key, one.channel, {**one.payload, "message": plain}, one.tries))
            self._outbox.sent(one.key, sent)
        except (SlackClientError, OSError) as error:
            self._outbox.failed(one.key, type(error).__name__, retry_after=None)
