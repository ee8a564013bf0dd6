"""What a person writes in a direct message or in a channel where the app is."""

from __future__ import annotations

from integrations.slack.envelopes import READ_SUBTYPES
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener
from integrations.slack.listeners.messages import MESSAGE_SUBSCRIPTIONS, receive


def handle(context: ListenerContext, body: Body) -> None:
    receive(context, body["event"])


LISTENER = EventListener("message", handle, MESSAGE_SUBSCRIPTIONS, subtypes=READ_SUBTYPES)
