"""Apps as their settings page would describe them, and their installations in workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class AppProfile(StrEnum):
    """`agent`: the app uses Slack's agent features (`agent_view`); `plain`: it does not, and guests may use it."""

    AGENT = "agent"
    PLAIN = "plain"


BOT_SCOPES = frozenset(
    "app_mentions:read assistant:write channels:history channels:read chat:write commands files:read "
    "files:write groups:history groups:read im:history im:read im:write reactions:write users:read".split()
)
BOT_EVENTS = frozenset(
    "agent_session_stopped agent_session_title_changed app_context_changed app_home_opened app_mention "
    "app_uninstalled file_deleted message.channels message.groups message.im tokens_revoked".split()
)
AGENT_SCOPES = frozenset({"assistant:write"})
AGENT_EVENTS = frozenset({"agent_session_stopped", "agent_session_title_changed", "app_context_changed"})


@dataclass
class App:
    """`request_url` empty: Socket Mode; otherwise everything is posted there, signed.

    `redirect_urls`: where people may be sent back to who install it.
    """

    id: str
    name: str
    profile: AppProfile = AppProfile.AGENT
    scopes: frozenset[str] = BOT_SCOPES
    events: frozenset[str] = BOT_EVENTS
    commands: frozenset[str] = frozenset({"/tutor"})
    message_shortcuts: dict[str, str] = field(default_factory=dict)
    request_url: str = ""
    redirect_urls: tuple[str, ...] = ()
    verification_token: str = "emulated-verification-token"  # noqa: S105 - part of an emulator

    @classmethod
    def from_manifest(cls, id: str, manifest: Mapping[str, Any]) -> App:  # noqa: A002
        """With exactly the scopes, events, commands and message shortcuts that its manifest names."""
        features, settings = manifest["features"], manifest["settings"]
        return cls(
            id,
            features["bot_user"]["display_name"],
            AppProfile.AGENT if "agent_view" in features else AppProfile.PLAIN,
            scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
            events=frozenset(settings["event_subscriptions"]["bot_events"]),
            commands=frozenset(command["command"] for command in features.get("slash_commands", ())),
            message_shortcuts={
                shortcut["callback_id"]: shortcut["name"]
                for shortcut in features.get("shortcuts", ())
                if shortcut["type"] == "message"
            },
        )

    def __post_init__(self) -> None:
        if self.profile is AppProfile.PLAIN:
            self.scopes -= AGENT_SCOPES
            self.events -= AGENT_EVENTS

    @property
    def app_token(self) -> str:
        return f"xapp-1-{self.id}-emulated"

    @property
    def signing_secret(self) -> str:
        return f"signing-secret-of-{self.id}"

    @property
    def client_id(self) -> str:
        return f"client-{self.id}"

    @property
    def client_secret(self) -> str:
        return f"client-secret-of-{self.id}"

    @property
    def is_agent(self) -> bool:
        return self.profile is AppProfile.AGENT


@dataclass
class Installation:
    """An app in one workspace. `refused` is the error that its token meets, once revoked; then a new one is issued."""

    app: App
    team_id: str
    user_id: str
    bot_id: str
    scopes: frozenset[str]
    refused: str = ""
    issue: int = 1

    @property
    def bot_token(self) -> str:
        again = f"-{self.issue}" if self.issue > 1 else ""
        return f"xoxb-{self.team_id}-{self.app.id}-emulated{again}"

    def has_any(self, scopes: frozenset[str] | set[str]) -> bool:
        return not scopes or bool(self.scopes & scopes)
