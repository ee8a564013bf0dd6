"""Somebody opens the app: their Home is published, and in the conversation a new learner is greeted."""

from __future__ import annotations

from integrations.slack.envelopes import required
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body, EventListener


def handle(context: ListenerContext, body: Body) -> None:
    event = body["event"]
    greet_in = str(event.get("channel") or "") if event.get("tab") == "messages" else ""
    context.later(context.home_pages.opened, context.reader.team, required(event, "user"), greet_in=greet_in)


LISTENER = EventListener("app_home_opened", handle, {"app_home_opened": ""})
