"""Finds out whether a message is in Slack already, after an attempt that ended without an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.slack.api_errors import Remedy, remedy_of

EVENT_TYPE = "tutor_message"
CLOCK_SKEW_SECONDS = 120.0  # by which Slack's clock may differ from ours
MAX_PAGES = 10
_log = logging.getLogger(__name__)


def metadata(key: str) -> dict[str, Any]:
    """Travels with a message, unseen: the key by which it is known again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def find(client: WebClient, key: str, *, channel: str, thread_ts: str, since: float) -> str | None:
    """The timestamp of the message with this key; raises what the client raises."""
    found = _first(client, channel, thread_ts, since, lambda message: _key(message) == key)
    return found["ts"] if found else None


def find_begun(client: WebClient, bot: str, *, channel: str, thread_ts: str, since: float) -> str | None:
    """Of an answer that was being written: the only message of ours that has no key yet."""
    found = _first(client, channel, thread_ts, since, lambda message: message.get("user") == bot and not _key(message))
    return found["ts"] if found else None


def where_readable(look: Callable[[], str | None]) -> str | None:
    """What the look finds; None where the history is closed to us, for that may cost the certainty and no message.

    Raises what the client raises where it may pass.
    """
    try:
        return look()
    except SlackApiError as error:
        remedy = remedy_of(str(error.response.get("error", "")))
        if error.response.status_code == 429 or remedy in (None, Remedy.RETRY, Remedy.LATER, Remedy.HALT):
            raise
        _log.warning("Slack does not show whether a message arrived: %s", error.response.get("error"))
        return None


def _first(
    client: WebClient, channel: str, thread_ts: str, since: float, fits: Callable[[dict[str, Any]], bool]
) -> dict[str, Any] | None:
    place: dict[str, Any] = {"channel": channel, "oldest": f"{since - CLOCK_SKEW_SECONDS:.6f}", "limit": 100}
    cursor = ""
    for _ in range(MAX_PAGES):
        page = _page(client, place | ({"cursor": cursor} if cursor else {}), thread_ts)
        found: dict[str, Any] | None = next((message for message in page["messages"] if fits(message)), None)
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if found or not cursor:
            return found
    return None


def _page(client: WebClient, place: dict[str, Any], thread_ts: str) -> Any:
    if thread_ts:
        return client.conversations_replies(ts=thread_ts, include_all_metadata=True, **place)
    return client.conversations_history(include_all_metadata=True, **place)


def _key(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str(metadata.get("event_payload", {}).get("key", "")) if metadata.get("event_type") == EVENT_TYPE else ""
