"""A deleted message: its answer is withheld, and what was stored of it goes."""

from __future__ import annotations

from dataclasses import replace

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener
from integrations.slack.listeners.messages import MESSAGE_SUBSCRIPTIONS, Event, in_place


def handle(context: ListenerContext, body: Body) -> None:
    delete(context, body["event"])


def delete(context: ListenerContext, event: Event) -> None:
    former = in_place(event, "previous_message") | {"ts": event.get("deleted_ts") or ""}
    incoming = context.reader.message(former)
    if incoming is None:
        return
    if not context.inbox.state(incoming.key):
        if context.reader.addressing(former) is True:  # its first delivery may still be on the way
            context.inbox.accept(incoming.key, incoming.conversation, {}, person_id=incoming.person_id)
            context.inbox.delete(incoming.key)
        return
    context.outbox_worker.cancel(incoming.key)
    if not context.inbox.delete(incoming.key):
        context.accept(replace(incoming, key=f"{incoming.key}:takeback", text="", kind="takeback"))


LISTENER = EventListener("message", handle, MESSAGE_SUBSCRIPTIONS, subtypes=("message_deleted",))
