"""Attaches all listeners of the registry to the Bolt app."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from slack_bolt import App, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from integrations.slack.envelopes import home_team
from integrations.slack.errors import MalformedEnvelope
from integrations.slack.listeners import unhandled
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import (
    ActionListener,
    Body,
    CommandListener,
    EventListener,
    Handler,
    Listener,
    ShortcutListener,
    ViewListener,
)
from integrations.slack.listeners.registry import registry
from integrations.slack.metrics import Metrics
from integrations.slack.workspaces import WorkspaceRegistry

BoltListener = Callable[[Body], BoltResponse]
_log = logging.getLogger(__name__)


def attach(app: App, workspaces: WorkspaceRegistry, metrics: Metrics) -> None:
    """`app` has to process before it responds, and to raise for what it finds no listener for."""

    def in_workspace(handler: Handler) -> BoltListener:
        def listen(body: Body) -> BoltResponse:
            with metrics.envelope(body):
                workspace = workspaces.of(home_team(body))
                if workspace is None:
                    _log.warning("an envelope of a workspace where the app is not installed was ignored")
                    return BoltResponse(status=200)
                return BoltResponse(status=200, body=_handled(handler, workspace.listening, body) or "")

        return listen

    for listener in registry():
        _register(app, listener, in_workspace(listener.handle))
    _register_errors(app, in_workspace(unhandled.handle))


def _handled(handler: Handler, context: ListenerContext, body: Body) -> Body | None:
    """What cannot be read is acknowledged: Slack would send the same again."""
    try:
        return handler(context, body)
    except MalformedEnvelope as error:
        _log.warning("an envelope was left: %s", error)
        return None


def _register(app: App, listener: Listener, run: BoltListener) -> None:
    match listener:
        case EventListener():
            subtypes = {"subtype": listener.subtypes} if listener.subtypes else {}
            app.event({"type": listener.type, **subtypes})(run)
        case ActionListener():
            app.block_action({"action_id": re.compile(rf"^(?:{'|'.join(map(re.escape, listener.ids))})(?:\.|$)")})(run)
        case ViewListener():
            app.view_submission(listener.callback_id)(run)
        case CommandListener():
            app.command(listener.command)(run)
        case ShortcutListener():
            app.message_shortcut(listener.callback_id)(run)


def _register_errors(app: App, run: BoltListener) -> None:
    """Bolt finds no listener: that is answered. A listener raises: Slack gets no acknowledgement and sends again."""

    def on_error(error: Exception, body: Body) -> BoltResponse | None:
        if isinstance(error, BoltUnhandledRequestError):
            return run(body)
        _log.error("an envelope could not be taken; Slack sends it again", exc_info=error)
        return None

    app.error(on_error)
