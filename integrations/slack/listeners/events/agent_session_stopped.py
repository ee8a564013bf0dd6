"""Slack's own Stop button; the session's status is ours to end."""

from __future__ import annotations

from agent.settings import SlackProfile
from integrations.slack.envelopes import Incoming
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener


def handle(context: ListenerContext, body: Body) -> None:
    event, team = body["event"], context.reader.team
    channel, root = str(event["channel"]), str(event.get("thread_ts") or "")
    place = f"{team}:{channel}"
    key = f"{place}:{event['event_ts']}:stop"
    incoming = Incoming(key, team, channel, "", root, str(event["user"]), "", direct=True, conversation=place)
    context.turn_runner.stop(place, incoming)
    context.typing_status.end(channel, root)


LISTENER = EventListener(
    "agent_session_stopped",
    handle,
    {"agent_session_stopped": "chat:write"},
    profiles=frozenset({SlackProfile.AGENT}),
)
