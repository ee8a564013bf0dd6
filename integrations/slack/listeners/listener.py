"""What a listener declares: what it hears, how it handles it, and what the app's manifest needs for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.settings import SlackProfile
from integrations.slack.listeners.context import ListenerContext

Body = dict[str, Any]
# Runs before the acknowledgement and returns its payload, if any; where it raises, Slack sends again.
Handler = Callable[[ListenerContext, Body], Body | None]
EVERY_PROFILE = frozenset(SlackProfile)


@dataclass(frozen=True)
class EventListener:
    """`subscriptions`: the event's names in the manifest, each with the scope that it needs ("" for none).

    `subtypes`: those of `message`; None is a message without one, and no subtypes are all of them.
    """

    type: str
    handle: Handler
    subscriptions: Mapping[str, str]
    subtypes: tuple[str | None, ...] = ()
    profiles: frozenset[SlackProfile] = EVERY_PROFILE


@dataclass(frozen=True)
class ActionListener:
    """`ids`: action ids up to their first dot; what follows it keeps them apart within a message."""

    ids: tuple[str, ...]
    handle: Handler


@dataclass(frozen=True)
class ViewListener:
    callback_id: str
    handle: Handler


@dataclass(frozen=True)
class CommandListener:
    command: str
    handle: Handler
    description: str
    usage_hint: str


@dataclass(frozen=True)
class ShortcutListener:
    """On a message; its name and description stand in Slack's menu."""

    callback_id: str
    handle: Handler
    name: str
    description: str


Listener = EventListener | ActionListener | ViewListener | CommandListener | ShortcutListener
