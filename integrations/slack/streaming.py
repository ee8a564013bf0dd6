"""Shows a long answer while it is being worded, piece by piece, in one message that is never left open."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.delivery.outbox import Outbox
from agent.domain.reply import Reply
from agent.errors import TurnStopped
from integrations.slack import delivery_lookup
from integrations.slack.blocks import footer, messages
from integrations.slack.envelopes import Incoming
from integrations.slack.rate_limiter import RateLimiter
from integrations.slack.task_cards import TaskCards

START_AFTER = 1.5  # seconds after its first piece; an answer that is done by then is posted
ASK_EVERY = 1.0  # seconds between two looks whether the person still waits
APPEND_EVERY = 2.0  # seconds between two additions
LIFETIME = 240.0  # seconds; Slack ends a stream after some 300
MAX_CHARACTERS = 11_000  # more than one message holds is posted at the end
# What no stream of this workspace will be spared; anything else may be different in another place.
_UNSUPPORTED = frozenset(
    "unknown_method feature_disabled not_allowed_token_type missing_scope method_deprecated".split()
)
# After these the call may have taken effect.
_MAYBE_APPLIED = frozenset("internal_error fatal_error request_timeout service_unavailable".split())
_START, _APPEND = "chat.startStream", "chat.appendStream"
_log = logging.getLogger(__name__)


class Streams:
    """The answers of one workspace that are being written just now."""

    def __init__(
        self, client: WebClient, outbox: Outbox, rate_limiter: RateLimiter, place_of: Callable[[str], str]
    ) -> None:
        self.client, self.outbox, self.rate_limiter, self.place_of = client, outbox, rate_limiter, place_of
        self.refused = ""  # why Slack will not have any
        self._open: dict[str, ReplyStream] = {}

    @contextmanager
    def of(self, incoming: Incoming, is_wanted: Callable[[], bool]) -> Iterator[ReplyStream]:
        stream = ReplyStream(self, incoming, is_wanted)
        self._open[incoming.key] = stream
        try:
            yield stream
        finally:
            self._open.pop(incoming.key, None)
            stream.hush()

    def pause(self, method: str, seconds: float) -> None:
        name = {"chat_startStream": _START, "chat_appendStream": _APPEND}.get(method)
        if name is not None:
            self.rate_limiter.pause(name, seconds)

    def end_unwanted(self) -> None:
        """Somebody said stop: what they do not want any more ends now, not with its next sentence."""
        for stream in list(self._open.values()):
            stream.end_if_unwanted()


class ReplyStream:
    """`emit` takes the pieces of an answer, `finish` the whole of it."""

    def __init__(self, streams: Streams, incoming: Incoming, is_wanted: Callable[[], bool]) -> None:
        self._streams, self._incoming, self._is_wanted = streams, incoming, is_wanted
        self._key = f"{incoming.key}:reply"
        self._text = self._shown = self._ts = ""
        self._first = self._started = self._last = self._asked = 0.0
        self._due: threading.Timer | None = None
        self._cards = TaskCards()
        self._silent = incoming.is_aside or bool(incoming.response_url) or not incoming.thread_ts
        self._whole = True  # Slack has what was sent, and nothing that it may not have
        self._lock = threading.RLock()

    def emit(self, piece: str) -> None:
        self.go_on()
        with self._lock:
            self._text += piece
            self._cards.end()
            self._show(time.monotonic())

    def see(self, doing: str) -> None:
        """What is done before there is anything to say; where others listen, it may yet come to silence."""
        self.stay()
        if not self._incoming.direct:
            return
        with self._lock:
            self._cards.begin(doing)
            self._show(time.monotonic())

    def _show(self, now: float) -> None:
        self._first = self._first or now
        if self._ts:
            self._append(now)
        elif not self._silent and now - self._first >= START_AFTER:
            self._start(now)
        elif not self._silent and self._due is None:
            self._due = threading.Timer(START_AFTER, self._start_late)
            self._due.daemon = True
            self._due.start()

    def stay(self) -> None:
        """As `go_on`, for those who ask at every word."""
        if time.monotonic() - self._asked >= ASK_EVERY:
            self.go_on()

    def hush(self) -> None:
        """Nothing begins to show any more."""
        with self._lock:
            self._silent = True
            if self._due is not None:
                self._due.cancel()

    def _start_late(self) -> None:
        with self._lock, suppress(TurnStopped):  # the turn finds it out itself
            if not self._silent and not self._ts and self._is_wanted():
                self._start(time.monotonic())

    def go_on(self) -> None:
        """Raises TurnStopped where nobody waits for the rest."""
        self._asked = time.monotonic()
        if not self._is_wanted():
            raise TurnStopped

    def finish(self, reply: Reply) -> bool:
        """True where the whole answer is seen; False where the outbox has to say it."""
        self.hush()
        with self._lock:
            bodies = messages(reply)
            if not self._ts or not self._whole or len(bodies) > 1 or not reply.text.startswith(self._shown):
                return False
            rest = _neutralized(reply.text[len(self._shown) :])
            self._cards.end()
            ending = {"blocks": footer(reply), "metadata": delivery_lookup.metadata(self._key)}
            if self._send("chat_stopStream", rest, **ending) is None:
                return False
            self._streams.outbox.sent(self._key, self._ts)
            self._ts = ""
            return True

    def end_if_unwanted(self) -> None:
        with self._lock:
            if self._ts and not self._is_wanted():
                self.drop()

    def drop(self) -> None:
        """Nobody waits for the rest; what was read stays."""
        with self._lock:
            with suppress(TurnStopped):  # the person was quicker
                if self._ts:
                    self._cards.end("pending")
                    self._send("chat_stopStream", "")
                    self._streams.outbox.sent(self._key, self._ts)
            self._ts, self._silent = "", True

    def _start(self, now: float) -> None:
        self._silent = True  # unless it succeeds: one attempt an answer
        streams, incoming = self._streams, self._incoming
        channel = streams.place_of(incoming.channel)
        if streams.refused or not streams.rate_limiter.allows(_START) or not streams.outbox.begin(self._key, channel):
            return
        ts = self._send(
            "chat_startStream",
            _neutralized(self._text),
            thread_ts=incoming.thread_ts,
            recipient_team_id=incoming.team,
            recipient_user_id=incoming.user,
        )
        if ts is not None:
            self._ts, self._shown, self._started, self._last = ts, self._text, now, now
            streams.outbox.begun_at(self._key, ts)

    def _append(self, now: float) -> None:
        fresh = self._text[len(self._shown) :]
        too_late = now - self._started > LIFETIME or len(self._text) > MAX_CHARACTERS
        soon = now - self._last < APPEND_EVERY and not self._cards.pending
        if not self._whole or too_late or soon or not (fresh or self._cards.pending):
            return
        if not self._streams.rate_limiter.allows(_APPEND):
            return
        self._last = now
        if self._send("chat_appendStream", _neutralized(fresh)) is not None:
            self._shown = self._text

    def _send(self, method: str, text: str, **more: Any) -> str | None:
        """Words, and the cards that have changed; what Slack did not take of cards is sent with the next call."""
        cards = self._cards.pending
        given = {"markdown_text": text} if text else {}
        ts = self._call(method, **given, **({"chunks": cards} if cards else {}), **more)
        if ts is not None:
            self._cards.pending = []
        return ts

    def _call(self, method: str, **arguments: Any) -> str | None:
        """The message's timestamp; None where Slack refused or said nothing."""
        if self._ts:
            arguments["ts"] = self._ts
        try:
            answer: Any = getattr(self._streams.client, method)(channel=self._incoming.channel, **arguments)
            return str(answer["ts"])
        except SlackApiError as error:
            self._refused(method, error)
        except (SlackClientError, OSError) as error:
            _log.info("%s had no answer: %s", method, type(error).__name__)
            self._whole = False  # it may have arrived
        return None

    def _refused(self, method: str, error: SlackApiError) -> None:
        response: Any = error.response
        code = str(response.get("error", "unknown")) if hasattr(response, "get") else "unknown"
        _log.info("Slack refused %s: %s", method, code)
        if code == "stopped_by_user":
            self._streams.outbox.sent(self._key, self._ts)
            self._ts = ""
            raise TurnStopped
        if response.status_code == 429:
            self._streams.pause(method, float(response.headers.get("Retry-After", 30)))
        elif self._ts or response.status_code >= 500 or code in _MAYBE_APPLIED:
            self._whole = False
            return
        elif code in _UNSUPPORTED:
            self._streams.refused = code
        if not self._ts:
            self._streams.outbox.abandon(self._key)


_MARKUP = re.compile(r"<(?=[!@#a-zA-Z/])")


def _neutralized(text: str) -> str:
    """Markdown in which nothing pings and nothing poses as a link of Slack's own kind."""
    return _MARKUP.sub("<\u200b", text)
