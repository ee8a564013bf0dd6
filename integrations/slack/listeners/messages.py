"""A message, however it was delivered: whether it is for us, and whether it says stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.slack.envelopes import Incoming, says_stop
from integrations.slack.listeners.context import ListenerContext

Event = dict[str, Any]
# Slack delivers by the kind of place, and calls the event `message` in each.
MESSAGE_SUBSCRIPTIONS: Mapping[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}


def receive(context: ListenerContext, event: Event) -> None:
    incoming = _addressed(context, event)
    if incoming is not None and not _stops(context, incoming):
        context.accept(incoming)


def in_place(event: Event, name: str) -> Event:
    """A message inside another event, with the place that only the outer one names; empty where there is none."""
    message = event.get(name)
    if not isinstance(message, dict):
        return {}
    return {"type": "message"} | message | {key: event[key] for key in ("channel", "channel_type") if key in event}


def _addressed(context: ListenerContext, event: Event) -> Incoming | None:
    """The message, where it is for us: asked, or a follow-up of somebody whom we answer in this thread."""
    addressed = context.reader.addressing(event)
    incoming = context.reader.message(event) if addressed is not False else None
    if incoming is None or addressed:
        return incoming
    return incoming if context.inbox.takes_part(incoming.conversation, incoming.person_id) else None


def _stops(context: ListenerContext, incoming: Incoming) -> bool:
    """The word is a command only while there is something to stop."""
    if not says_stop(incoming.text):
        return False
    place = f"{incoming.team}:{incoming.channel}" if incoming.direct else incoming.conversation
    if not context.turn_runner.stop(place, incoming):
        return False
    context.inbox.record(incoming.key, incoming.conversation, {"kind": "stop"}, person_id=incoming.person_id)
    return True
