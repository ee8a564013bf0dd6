"""Workspaces: their members, channels and installed apps, and the two that come ready to use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from integrations.slack_emulator.apps import App, AppProfile, Installation
from integrations.slack_emulator.channels import Channel, Kind
from integrations.slack_emulator.errors import NotPossible
from integrations.slack_emulator.members import Member


def _letters(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name.upper())


@dataclass
class Workspace:
    id: str
    name: str
    domain: str
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    installations: dict[str, Installation] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)  # user groups, by their id

    @classmethod
    def demo(cls, profile: AppProfile | str = AppProfile.AGENT, *, app: App | None = None) -> Workspace:
        """Two learners, an instructor, the tutor, one cohort channel; `app` in place of a tutor of that profile."""
        workspace = cls("T0SHIPPING", "Shipping Systems", "shipping-systems")
        people = [
            workspace.add_member("Learner A"),
            workspace.add_member("Learner B"),
            workspace.add_member("Instructor", title="Instructor", is_admin=True),
        ]
        bot = workspace.install(app or _tutor(AppProfile(profile)))
        everyone = [*(person.id for person in people), bot.user_id]
        workspace.add_channel("cohort-7", members=everyone)
        for person in people:
            workspace.direct(person.id, bot.user_id)
        return workspace

    @classmethod
    def classroom(
        cls, profile: AppProfile | str = AppProfile.AGENT, learners: int = 3, *, app: App | None = None
    ) -> Workspace:
        """The demo, and all that makes Slack hard: a guest, a stranger, other bots, channels with limits."""
        workspace = cls.demo(profile, app=app)
        bot = next(iter(workspace.installations.values())).user_id
        more = [workspace.add_member(f"Learner {_label(number)}").id for number in range(2, learners)]
        guest = workspace.add_member("Guest", is_guest=True).id
        stranger = workspace.add_member("External", team_id="T0ELSEWHERE").id
        other = workspace.install(App("A0HELPER", "helper", AppProfile.PLAIN)).user_id
        cohort, staff = workspace.channel("cohort-7"), workspace.member("Instructor").id
        cohort.members |= {*more, guest, other}
        workspace.add_channel("cohort-8", members=[staff, workspace.member("Learner B").id])
        workspace.add_channel("staff", kind="private", members=[staff, bot])
        workspace.add_channel("shared-lab", members=[*cohort.members, stranger]).shared = True
        workspace.add_channel("old-cohort", members=cohort.members).archived = True
        workspace.add_channel("announcements", members=cohort.members).read_only = True
        for person in [*more, guest]:
            workspace.direct(person, bot)
        return workspace

    @classmethod
    def neighbour(cls, app: App | None = None) -> Workspace:
        """Another workspace where `U0LEARNERA` is somebody else; with the app, or before it is installed there."""
        workspace = cls("T0NEIGHBOUR", "Neighbour School", "neighbour-school")
        people = [workspace.add_member("Learner A").id, workspace.add_member("Instructor", is_admin=True).id]
        channel = workspace.add_channel("cohort-1", members=people, id="C0NEXTCOHORT1")
        if app is not None:
            bot = workspace.install(app).user_id
            channel.members.add(bot)
            for person in people:
                workspace.direct(person, bot)
        return workspace

    def add_member(
        self, name: str, *, title: str = "", is_admin: bool = False, is_guest: bool = False, team_id: str = ""
    ) -> Member:
        member = Member(
            f"U0{_letters(name)}", name, team_id or self.id, title=title, is_admin=is_admin, is_guest=is_guest
        )
        self.members[member.id] = member
        return member

    def add_channel(
        self,
        name: str,
        *,
        members: list[str] | set[str],
        kind: Kind = "public",
        id: str = "",  # noqa: A002
    ) -> Channel:
        letter = "C" if kind == "public" else "G"
        channel = Channel(id or f"{letter}0{_letters(name)}", name, kind, set(members))
        self.channels[channel.id] = channel
        return channel

    def install(self, app: App, scopes: frozenset[str] | None = None) -> Installation:
        """Again where it was uninstalled: the same bot, the scopes that were granted last."""
        letters = _letters(app.name)
        user_id, bot_id = f"U0{letters}", f"B0{letters}"
        self.members[user_id] = Member(user_id, app.name, self.id, app_id=app.id, bot_id=bot_id)
        former = self.installations.get(app.id)
        issue = (former.issue + bool(former.refused)) if former else 1
        granted = app.scopes if scopes is None else scopes
        installation = Installation(app, self.id, user_id, bot_id, granted, issue=issue)
        self.installations[app.id] = installation
        return installation

    def direct(self, *users: str) -> Channel:
        """The direct message between two members, made where there is none."""
        wanted = set(users)
        for channel in self.channels.values():
            if channel.is_direct and channel.members == wanted:
                return channel
        number = sum(channel.is_direct for channel in self.channels.values()) + 1
        channel = Channel(f"D{self.id[2:8]}{number:03d}", "", "im", wanted)
        self.channels[channel.id] = channel
        return channel

    def bot_user(self, app_id: str) -> str:
        return self.installations[app_id].user_id

    def member(self, reference: str) -> Member:
        """By id or by name."""
        for member in self.members.values():
            if reference in (member.id, member.name, f"@{member.name}"):
                return member
        raise NotPossible(f"There is no member {reference!r} in {self.name}.")

    def channel(self, reference: str) -> Channel:
        """By id or by name, with or without its `#`."""
        name = reference.removeprefix("#")
        for channel in self.channels.values():
            if channel.id == reference or (channel.name and channel.name == name):
                return channel
        raise NotPossible(f"There is no channel {reference!r} in {self.name}.")

    def people(self) -> list[Member]:
        return [member for member in self.members.values() if not member.is_bot]


def _tutor(profile: AppProfile) -> App:
    return App("A0TUTOR", "tutor", profile, message_shortcuts={"review_message_file": "Review this file"})


def _label(number: int) -> str:
    """A, B … Z, then numbers: enough for a class of any size."""
    return chr(ord("A") + number) if number < 26 else str(number + 1)
