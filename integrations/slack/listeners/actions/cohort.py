"""An instructor turns to another list, lesson or page of the cohort on their Home."""

from __future__ import annotations

from integrations.slack.blocks import pressed
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import ActionListener, Body
from integrations.slack.views.cohort_home import TURN


def handle(context: ListenerContext, body: Body) -> None:
    incoming = context.reader.action(body)
    value = pressed(incoming.action or {}).value
    context.later(context.home_pages.turn, context.reader.team, incoming.user, value)


LISTENER = ActionListener((TURN,), handle)
