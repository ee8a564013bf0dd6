"""An instructor's decision on a criterion, with its reason."""

from __future__ import annotations

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.forms import submit_form
from integrations.slack.listeners.listener import Body, ViewListener
from integrations.slack.views.decision_form import FORM


def handle(context: ListenerContext, body: Body) -> Body | None:
    return submit_form(context, body, FORM)


LISTENER = ViewListener(FORM.name, handle)
