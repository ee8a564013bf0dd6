"""“Review this file” in the menu of a message."""

from __future__ import annotations

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, ShortcutListener


def handle(context: ListenerContext, body: Body) -> None:
    context.accept(context.reader.shortcut(body))


LISTENER = ShortcutListener(
    "review_message_file",
    handle,
    name="Review this file",
    description="Have the tutor read the files of your message",
)
