"""An edited message: before its turn it replaces what was written, after it it changes nothing."""

from __future__ import annotations

from agent.delivery.inbox import NEW
from integrations.slack.envelopes import Incoming
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.events.message_deleted import delete
from integrations.slack.listeners.listener import Body, EventListener
from integrations.slack.listeners.messages import MESSAGE_SUBSCRIPTIONS, Event, in_place, receive

FRESH_SECONDS = 3_600.0  # an edit of an older message is no new question


def handle(context: ListenerContext, body: Body) -> None:
    event = body["event"]
    message = in_place(event, "message")
    if message.get("subtype") == "tombstone":  # a deleted message that others have replied to
        delete(context, {**event, "deleted_ts": message.get("ts")})
        return
    incoming = context.reader.message(message)
    if incoming is None:
        return
    state = context.inbox.state(incoming.key)
    if state == NEW:
        _correct(context, incoming)
    elif not state and _age(event, incoming) < FRESH_SECONDS:
        receive(context, message)  # the mention came with the edit, or the first delivery is still to come


def _correct(context: ListenerContext, incoming: Incoming) -> None:
    """Corrections may come in any order; the last one that was made counts."""
    stored = context.inbox.load(incoming.key) or {}
    if stored.get("edited", "") <= incoming.edited:
        context.inbox.edit(incoming.key, incoming.to_json())


def _age(event: Event, incoming: Incoming) -> float:
    try:
        return float(event.get("event_ts") or incoming.ts) - float(incoming.ts)
    except (TypeError, ValueError):
        return FRESH_SECONDS  # not known


LISTENER = EventListener("message", handle, MESSAGE_SUBSCRIPTIONS, subtypes=("message_changed",))
