"""Who is who and where in one workspace: names, roles and channels, asked of Slack and remembered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.domain.people import Person, Role
from agent.settings import Settings

MAX_REMEMBERED = 5_000
GROUP_SECONDS = 300.0  # who leaves a user group is an instructor no longer than that
_log = logging.getLogger(__name__)


class Directory:
    def __init__(self, client: WebClient, settings: Settings, team: str) -> None:
        self._client, self._settings, self._team = client, settings, team
        self._names: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._directs: dict[str, str] = {}
        self._group: frozenset[str] = frozenset()
        self._asked_at = float("-inf")

    def instructors(self) -> frozenset[str]:
        """By setting, or by a user group of this workspace; never by what somebody writes."""
        here = (instructor.rpartition(":") for instructor in self._settings.instructors)
        return frozenset(user for team, _, user in here if team in ("", self._team)) | self._grouped()

    def person(self, team: str, user: str) -> Person:
        role = Role.INSTRUCTOR if user in self.instructors() else Role.LEARNER
        return Person(f"{team}:{user}", _remembered(self._names, user, self._name), role)

    def channel(self, channel: str) -> str:
        return _remembered(self._channels, channel, self._channel)

    def direct(self, user: str) -> str:
        """The channel of the direct message with this person; raises Slack's errors."""
        if user not in self._directs:
            opened: Any = self._client.conversations_open(users=user)
            self._directs[user] = str(opened["channel"]["id"])
        return self._directs[user]

    def _grouped(self) -> frozenset[str]:
        """Where Slack does not answer, who was known stays; at first that is nobody."""
        groups = self._settings.instructor_groups
        if groups and time.monotonic() - self._asked_at > GROUP_SECONDS:
            self._asked_at = time.monotonic()
            try:
                self._group = frozenset(user for group in groups for user in self._members(group))
            except (SlackApiError, SlackClientError, OSError) as error:
                _log.warning("Slack did not say who is in the instructors' groups: %s", error)
        return self._group

    def _members(self, group: str) -> list[str]:
        """A group belongs to one workspace; nobody of another is in it."""
        try:
            found: Any = self._client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            if error.response.get("error") == "no_such_subteam":
                return []
            raise
        return [str(user) for user in found["users"]]

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
