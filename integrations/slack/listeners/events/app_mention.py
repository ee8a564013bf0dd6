"""A mention in a channel. Slack sends it as `message`, too; both have one key, so it is answered once."""

from __future__ import annotations

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener
from integrations.slack.listeners.messages import receive


def handle(context: ListenerContext, body: Body) -> None:
    receive(context, body["event"])


LISTENER = EventListener("app_mention", handle, {"app_mention": "app_mentions:read"})
