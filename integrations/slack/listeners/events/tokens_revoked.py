"""The bot's token was revoked: messages are kept until there is a new one."""

from __future__ import annotations

from integrations.slack.envelopes import part
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener


def handle(context: ListenerContext, body: Body) -> None:
    event = body["event"]
    if part(event, "tokens").get("bot"):
        context.outbox_worker.halt(str(event["type"]))


LISTENER = EventListener("tokens_revoked", handle, {"tokens_revoked": ""})
