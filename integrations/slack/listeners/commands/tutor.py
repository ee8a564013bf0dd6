"""`/tutor …`: a question from anywhere, answered to its author only."""

from __future__ import annotations

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, CommandListener


def handle(context: ListenerContext, body: Body) -> None:
    context.accept(context.reader.command(body))


LISTENER = CommandListener(
    "/tutor", handle, description="Ask the tutor; only you see the answer", usage_hint="where am I?"
)
