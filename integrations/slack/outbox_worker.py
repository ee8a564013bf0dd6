"""Takes messages from the outbox to Slack, in order and each once, and knows what to do when Slack says no."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any, Self

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from agent.delivery.outbox import MAX_TRIES, PARTIAL, Outbox, Outgoing
from integrations.slack import delivery_lookup
from integrations.slack.api_errors import Remedy, remedy_of
from integrations.slack.directory import Directory
from integrations.slack.rate_limiter import RateLimiter
from integrations.slack.unfinished_streams import complete

IDLE_SECONDS = 2.0  # between two looks for what another process left
LONGEST_WAIT = 300.0
UNKNOWN_TRIES = 6  # of an error that Slack does not document: some two minutes
_log = logging.getLogger(__name__)


class OutboxWorker:
    """A context manager: while it is open, what has to wait is sent when its time has come.

    `flush` may be called by many threads and processes: what one has taken is no other's.
    """

    def __init__(
        self,
        client: WebClient,
        outbox: Outbox,
        directory: Directory,
        team: str,
        *,
        bot: str = "",
        rate_limiter: RateLimiter | None = None,
        owner: str = "",
    ) -> None:
        self._client, self._outbox, self._directory, self._owner = client, outbox, directory, owner
        self._bot = bot
        self._here = f"{team}/"
        self._rate_limiter = rate_limiter or RateLimiter()
        self._wake, self._closing = threading.Event(), False
        self._soonest = float("inf")
        self._loop = threading.Thread(target=self._run, name="outbox-worker", daemon=True)
        self.halted = ""

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing = True
        self._wake.set()
        self._loop.join()

    def post(
        self,
        key: str,
        *messages: dict[str, Any],
        channel: str = "",
        user: str = "",
        thread_ts: str = "",
        response_url: str = "",
    ) -> None:
        """To a channel (then `user` is who asked), or to a person by their direct message; a key is one message."""
        for number, message in enumerate(messages):
            payload = {"user": user, "thread_ts": thread_ts, "message": message, "since": time.time()}
            if response_url:
                payload["response_url"] = response_url
            self._outbox.put(
                f"{key}:{number + 1}" if number else key,
                self.place_of(channel or f"@{user}"),
                payload,
                lane=self.place_of(_lane(key, payload, channel or f"@{user}")),
            )

    def place_of(self, channel: str) -> str:
        """A channel's name in the outbox: an id may exist in two workspaces."""
        return f"{self._here}{channel}"

    def cancel(self, turn: str) -> None:
        """What a turn still had to say is not said any more."""
        self._outbox.cancel(turn)

    def halt(self, reason: str) -> None:
        """Sends nothing more until the app starts again."""
        if not self.halted:
            _log.error(
                "Slack takes nothing from this app any more (%s); messages are kept until it starts again", reason
            )
        self.halted = reason

    def flush(self) -> None:
        """Never raises: what cannot be sent now stays in the outbox."""
        try:
            while not self.halted and (due := self._outbox.due(owner=self._owner, within=self._here)):
                self._deliver_all(due)
        except Exception:  # noqa: BLE001 - the loop that calls this must go on
            _log.exception("the outbox could not be read; it is tried again")

    def _deliver_all(self, due: Sequence[Outgoing]) -> None:
        for outgoing in due:
            if self.halted:
                self._outbox.put_off(outgoing, 0)
            elif wait := self._rate_limiter.wait(outgoing.channel):
                self._outbox.put_off(outgoing, wait)
                self._look_again_in(wait)
            else:
                self._deliver(outgoing)

    def _deliver(self, outgoing: Outgoing) -> None:
        try:
            ts = self._already_posted(outgoing) or self._completed(outgoing)
            self._outbox.sent(outgoing.key, ts or self._send(outgoing, outgoing.payload["message"]))
        except SlackApiError as error:
            self._refused(outgoing, error)
        except _AddressRefused:
            self._give_up(outgoing, "response_url_refused", Remedy.ELSEWHERE)
        except (SlackClientError, OSError) as error:
            self._try_later(outgoing, type(error).__name__)

    def _already_posted(self, outgoing: Outgoing) -> str | None:
        """Where an attempt ended without an answer, Slack may have the message: only Slack can tell."""
        if not outgoing.uncertain or outgoing.payload.get("response_url"):
            return None
        where = {"channel": self._channel_id(outgoing), "thread_ts": outgoing.payload["thread_ts"]}
        since = outgoing.payload.get("since", 0.0)
        return delivery_lookup.where_readable(
            lambda: delivery_lookup.find(self._client, outgoing.key, since=since, **where)
        )

    def _completed(self, outgoing: Outgoing) -> str | None:
        begun = PARTIAL in outgoing.payload
        return complete(self._client, outgoing, channel=self._channel_id(outgoing), bot=self._bot) if begun else None

    def _channel_id(self, outgoing: Outgoing) -> str:
        channel = self._channel(outgoing)
        return self._directory.direct(channel[1:]) if channel.startswith("@") else channel

    def _channel(self, outgoing: Outgoing) -> str:
        return outgoing.channel.removeprefix(self._here)

    def _send(self, outgoing: Outgoing, message: dict[str, Any]) -> str:
        if url := outgoing.payload.get("response_url"):
            return _respond(url, message)
        arguments: dict[str, Any] = {
            "channel": self._channel_id(outgoing),
            **message,
            "metadata": delivery_lookup.metadata(outgoing.key),
        }
        if outgoing.payload["thread_ts"]:
            arguments["thread_ts"] = outgoing.payload["thread_ts"]
        return str(self._client.chat_postMessage(**arguments, unfurl_links=False, unfurl_media=False)["ts"])

    def _refused(self, outgoing: Outgoing, error: SlackApiError) -> None:
        response: Any = error.response
        code = str(response.get("error", "unknown")) if hasattr(response, "get") else "unknown"
        if response.status_code == 429:
            seconds = float(response.headers.get("Retry-After", 30))
            self._try_later(outgoing, "ratelimited", seconds=seconds, refused=True)
            return
        match remedy_of(code):
            case Remedy.RETRY:
                self._try_later(outgoing, code)
            case Remedy.LATER:
                self._try_later(outgoing, code, seconds=LONGEST_WAIT, refused=True)
            case Remedy.HALT:
                self._outbox.failed(outgoing.key, code, retry_after=0, refused=True)
                self.halt(code)
            case Remedy.AS_TEXT if "blocks" in outgoing.payload["message"]:
                _log.error("Slack refused the blocks of %s (%s); sent as text", outgoing.key, code)
                self._as_text(outgoing)
            case None:
                self._try_later(outgoing, code, most=UNKNOWN_TRIES)
            case remedy:
                self._give_up(outgoing, code, remedy)

    def _try_later(
        self, outgoing: Outgoing, code: str, *, seconds: float = 0.0, refused: bool = False, most: int = MAX_TRIES
    ) -> None:
        if outgoing.tries + 1 >= most:
            self._give_up(outgoing, code, Remedy.ELSEWHERE)
            return
        wait = seconds or min(LONGEST_WAIT, 2.0**outgoing.tries)
        self._outbox.failed(outgoing.key, code, retry_after=wait, refused=refused)
        self._look_again_in(wait)

    def _as_text(self, outgoing: Outgoing) -> None:
        try:
            self._outbox.sent(outgoing.key, self._send(outgoing, {"text": outgoing.payload["message"]["text"]}))
        except SlackApiError as error:
            code = str(error.response.get("error", "unknown"))
            if remedy_of(code) is Remedy.AS_TEXT:
                self._give_up(outgoing, code, Remedy.DEFECT)
            else:
                self._refused(outgoing, error)
        except (SlackClientError, OSError) as error:
            self._try_later(outgoing, type(error).__name__)

    def _give_up(self, outgoing: Outgoing, code: str, remedy: Remedy) -> None:
        """Said in the direct message instead, where there is somebody to say it to."""
        if not self._outbox.give_up(outgoing.key, code):
            return
        level = logging.INFO if remedy is Remedy.GONE else logging.ERROR
        _log.log(level, "message %s is given up after %d attempts (%s)", outgoing.key, outgoing.tries + 1, code)
        if remedy in (Remedy.ELSEWHERE, Remedy.SETTINGS) and self._has_elsewhere(outgoing):
            asker = outgoing.payload["user"]
            self.post(f"{outgoing.key}{_FALLBACK}", outgoing.payload["message"], user=asker)

    def _has_elsewhere(self, outgoing: Outgoing) -> bool:
        """Whether the person who asked can still be answered at another place, which was not tried."""
        asker, in_thread = outgoing.payload["user"], bool(outgoing.payload["thread_ts"])
        tried = outgoing.key.endswith(_FALLBACK)
        return bool(asker) and not tried and (in_thread or not self._channel(outgoing).startswith("@"))

    def _look_again_in(self, seconds: float) -> None:
        self._soonest = min(self._soonest, time.monotonic() + seconds)
        self._wake.set()

    def _run(self) -> None:
        while not self._closing:
            self._soonest = float("inf")
            self.flush()
            self._wake.clear()
            wait = min(IDLE_SECONDS, max(0.0, self._soonest - time.monotonic()))
            self._wake.wait(wait)


_FALLBACK = ":aside"


def _lane(key: str, payload: dict[str, Any], place: str) -> str:
    """Parts of one answer follow each other; what only one person sees waits for nothing in its place."""
    return f"{place}#{key}" if payload.get("response_url") else f"{place}:{payload['thread_ts']}"


def _respond(url: str, message: dict[str, Any]) -> str:
    """Seen by the asker only; raises SlackApiError where Slack no longer takes it."""
    answer = WebhookClient(url).send(response_type="ephemeral", replace_original=False, **message)
    if answer.status_code == 429 or answer.status_code >= 500:
        raise ConnectionError(f"status {answer.status_code}")
    if answer.status_code != 200:
        raise _AddressRefused
    return ""


class _AddressRefused(Exception):
    """A response URL was used too often or is too old."""
