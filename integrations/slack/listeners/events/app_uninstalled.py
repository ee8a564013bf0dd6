"""A workspace removed the app: its token is deleted, and nothing more is sent there."""

from __future__ import annotations

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener


def handle(context: ListenerContext, body: Body) -> None:
    context.leave(context.reader.team)
    context.outbox_worker.halt(str(body["event"]["type"]))


LISTENER = EventListener("app_uninstalled", handle, {"app_uninstalled": ""})
