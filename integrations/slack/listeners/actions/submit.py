"""“Submit for the gate”: opens the form in which the files are looked at once more."""

from __future__ import annotations

from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.forms import open_form
from integrations.slack.listeners.listener import ActionListener, Body
from integrations.slack.views.submission_form import FORM


def handle(context: ListenerContext, body: Body) -> None:
    open_form(context, body, FORM)


LISTENER = ActionListener((FORM.name,), handle)
