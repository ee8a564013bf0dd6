"""Who is who and where: names, roles and channels, asked of Slack once and remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.people import Person, Role
from agent.settings import Settings

MAX_REMEMBERED = 5_000


class Directory:
    def __init__(self, client: WebClient, settings: Settings, team: str) -> None:
        self._client, self._settings, self._team = client, settings, team
        self._names: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._directs: dict[str, str] = {}

    def instructors(self) -> tuple[str, ...]:
        return self._settings.instructors

    def person(self, team: str, user: str) -> Person:
        """The role comes from the configuration and from nowhere else."""
        role = Role.INSTRUCTOR if user in self._settings.instructors else Role.LEARNER
        return Person(f"{team}:{user}", _remembered(self._names, user, self._name), role)

    def channel(self, channel: str) -> str:
        return _remembered(self._channels, channel, self._channel)

    def direct(self, user: str) -> str:
        """The channel of the direct message with this person; raises Slack's errors."""
        if user not in self._directs:
            opened: Any = self._client.conversations_open(users=user)
            self._directs[user] = str(opened["channel"]["id"])
        return self._directs[user]

    def _name(self, user: str) -> str:
        found: Any = self._client.users_info(user=user)
        profile = found["user"].get("profile") or {}
        return str(profile.get("display_name") or profile.get("real_name") or found["user"].get("real_name") or user)

    def _channel(self, channel: str) -> str:
        found: Any = self._client.conversations_info(channel=channel)
        return str(found["channel"].get("name") or channel)


def _remembered(known: dict[str, str], key: str, ask: Callable[[str], str]) -> str:
    """The id itself where Slack does not answer; only a real answer is remembered."""
    if key not in known:
        try:
            name = ask(key)
        except (SlackApiError, SlackClientError, OSError):
            return key
        if len(known) >= MAX_REMEMBERED:
            known.clear()
        known[key] = name
    return known[key]
