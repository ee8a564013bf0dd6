"""Slack's own Stop button; the session's status is ours to end."""

from __future__ import annotations

from agent.settings import SlackProfile
from integrations.slack.envelopes import Incoming, required
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener


def handle(context: ListenerContext, body: Body) -> None:
    """Whoever pressed it: a direct message has one person, so it ends what is under way there also without a name."""
    event, team = body["event"], context.reader.team
    channel, root, user = required(event, "channel"), str(event.get("thread_ts") or ""), str(event.get("user") or "")
    place = f"{team}:{channel}"
    key = f"{place}:{event.get('event_ts') or root}:stop"
    incoming = Incoming(key, team, channel, "", root, user, "", direct=True, conversation=place)
    if user or channel.startswith("D"):
        context.turn_runner.stop(place, incoming)
    context.typing_status.end(channel, root)


LISTENER = EventListener(
    "agent_session_stopped",
    handle,
    {"agent_session_stopped": "chat:write"},
    profiles=frozenset({SlackProfile.AGENT}),
)
