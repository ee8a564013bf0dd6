"""Buttons that are a turn of the conversation: all that the agent knows, except those that open a form first."""

from __future__ import annotations

from agent.domain.act import ACTIONS
from integrations.slack.listeners.actions import decide, submit
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import ActionListener, Body

_WITH_FORM = (*submit.LISTENER.ids, *decide.LISTENER.ids)


def handle(context: ListenerContext, body: Body) -> None:
    context.accept(context.reader.action(body))


LISTENER = ActionListener(tuple(name for name in ACTIONS if name not in _WITH_FORM), handle)
