"""Whether an answer helped; who says no is asked for a reason."""

from __future__ import annotations

from integrations.slack.feedback import ACTION
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import ActionListener, Body


def handle(context: ListenerContext, body: Body) -> None:
    if context.feedback.clicked(body):
        context.later(context.feedback.ask_why, body)


LISTENER = ActionListener((ACTION,), handle)
