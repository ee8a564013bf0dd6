"""The app's manifests: what follows from the listeners and the Web API calls is written by this module.

`python -m integrations.slack.manifest` does it; names, texts and switches are edited by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agent.settings import SlackProfile
from integrations.slack.listeners.listener import CommandListener, EventListener, Listener, ShortcutListener
from integrations.slack.listeners.registry import registry
from integrations.slack.web_api import GROUP_SCOPES, METHODS

Manifest = dict[str, Any]
AGENT_SCOPE = "assistant:write"  # lets an app be an agent; Slack wants it beside `agent_view`


def load(profile: SlackProfile) -> Manifest:
    manifest: Manifest = json.loads(_path(profile).read_text("utf-8"))
    return manifest


def complete(manifest: Manifest, profile: SlackProfile, listeners: Iterable[Listener]) -> Manifest:
    """With the events, commands, shortcuts and scopes of these listeners, and nothing else of the kind."""
    heard = [listener for listener in listeners if _is_heard(listener, profile)]
    features, settings = manifest["features"], manifest["settings"]
    scopes = _scopes(heard) | ({AGENT_SCOPE} if "agent_view" in features else set())
    return manifest | {
        "features": features
        | {
            "shortcuts": [_shortcut(listener) for listener in heard if isinstance(listener, ShortcutListener)],
            "slash_commands": [_command(listener) for listener in heard if isinstance(listener, CommandListener)],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": settings | {"event_subscriptions": {"bot_events": sorted(_subscriptions(heard))}},
    }


def _is_heard(listener: Listener, profile: SlackProfile) -> bool:
    return not isinstance(listener, EventListener) or profile in listener.profiles


def _subscriptions(listeners: Iterable[Listener]) -> set[str]:
    return {name for listener in listeners if isinstance(listener, EventListener) for name in listener.subscriptions}


def _scopes(listeners: Iterable[Listener]) -> set[str]:
    scopes = {scope for needed in METHODS.values() for scope in needed} - GROUP_SCOPES
    for listener in listeners:
        if isinstance(listener, EventListener):
            scopes |= {scope for scope in listener.subscriptions.values() if scope}
        elif isinstance(listener, CommandListener | ShortcutListener):
            scopes.add("commands")
    return scopes


def _command(listener: CommandListener) -> Manifest:
    return {
        "command": listener.command,
        "description": listener.description,
        "usage_hint": listener.usage_hint,
        "should_escape": True,
    }


def _shortcut(listener: ShortcutListener) -> Manifest:
    return {
        "name": listener.name,
        "type": "message",
        "callback_id": listener.callback_id,
        "description": listener.description,
    }


def _path(profile: SlackProfile) -> Path:
    return Path(__file__).with_name(f"manifest.{profile.value}.json")


def main() -> None:
    for profile in SlackProfile:
        manifest = complete(load(profile), profile, registry())
        _path(profile).write_text(f"{json.dumps(manifest, indent=2)}\n", "utf-8")


if __name__ == "__main__":
    main()
