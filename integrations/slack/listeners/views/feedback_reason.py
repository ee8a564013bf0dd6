"""Why an answer did not help."""

from __future__ import annotations

from integrations.slack.feedback import FORM
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, ViewListener


def handle(context: ListenerContext, body: Body) -> None:
    context.feedback.submitted(body)


LISTENER = ViewListener(FORM, handle)
