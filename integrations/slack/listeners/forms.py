"""Buttons that open a form, and the form when it is sent."""

from __future__ import annotations

from integrations.slack.blocks import pressed
from integrations.slack.envelopes import Incoming
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body
from integrations.slack.views.forms import Form


def open_form(context: ListenerContext, body: Body, form: Form) -> None:
    incoming = context.reader.action(body)
    if incoming.stranger:
        context.accept(incoming)  # its turn says whom the tutor is for
    else:
        context.later(_open, context, body, incoming, form)


def submit_form(context: ListenerContext, body: Body, form: Form) -> Body | None:
    """What was sent is a turn like any other; what is missing is said at its input."""
    incoming, faults = context.forms.read(body, form)
    if incoming is None:
        return {"response_action": "errors", "errors": faults}
    context.accept(incoming)
    return None


def _open(context: ListenerContext, body: Body, incoming: Incoming, form: Form) -> None:
    """Without its form, the button does what it can by itself."""
    if not context.forms.open(body, incoming, form, pressed(incoming.action or {}).value):
        context.accept(incoming)
