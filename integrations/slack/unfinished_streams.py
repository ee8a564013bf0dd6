"""Makes a message that was begun and never ended the whole answer: nobody is left with a half one, or with two."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from agent.delivery.outbox import PARTIAL, Outgoing
from integrations.slack import delivery_lookup
from integrations.slack.blocks import MAX_TEXT

MAX_TURN_SECONDS = 900.0  # a stream begins that long before its end at most


def complete(client: WebClient, outgoing: Outgoing, *, channel: str, bot: str) -> str | None:
    """The message's timestamp; None where there is none to complete. Raises what the client raises."""
    place = {"channel": channel, "thread_ts": outgoing.payload["thread_ts"]}
    since = outgoing.payload.get("since", 0.0) - MAX_TURN_SECONDS
    ts = outgoing.payload[PARTIAL] or delivery_lookup.where_readable(
        lambda: delivery_lookup.find_begun(client, bot, since=since, **place)
    )
    if not ts:
        return None
    with suppress(SlackApiError):  # it has ended by itself, or by the person
        client.chat_stopStream(channel=channel, ts=ts)
    message: dict[str, Any] = outgoing.payload["message"]
    whole = message | {"text": message["text"][:MAX_TEXT], "metadata": delivery_lookup.metadata(outgoing.key)}
    try:
        client.chat_update(channel=channel, ts=ts, **whole)
    except SlackApiError as error:
        if error.response.get("error") == "message_not_found":
            return None
        raise
    return ts
