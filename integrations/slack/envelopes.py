"""Slack's payloads as what the tutor needs of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

from agent.settings import SlackProfile
from integrations.slack.errors import MalformedEnvelope
from integrations.slack.mrkdwn import to_plain
from integrations.slack.rich_text import forwarded, written

Body = Mapping[str, Any]
P = ParamSpec("P")
T = TypeVar("T")
READ_SUBTYPES = (None, "file_share", "thread_broadcast")
SLACK_USERS = ("USLACKBOT", "USLACK")  # Slack itself speaks under these
_MENTION = re.compile(r"<@[UW][A-Z0-9]+")


@dataclass(frozen=True)
class Incoming:
    """A message, a pressed button, a command or a shortcut. `key` is the same for every delivery of it."""

    key: str
    team: str
    channel: str
    ts: str
    thread_ts: str  # where the reply goes; empty: top level
    user: str
    text: str
    direct: bool  # nobody else reads it
    conversation: str
    files: tuple[dict[str, Any], ...] = ()
    action: dict[str, str] | None = None
    kind: str = "message"  # message | action | command | shortcut | takeback
    response_url: str = ""  # the reply goes there, seen by the asker only
    stranger: bool = False  # of another workspace, by Slack Connect
    edited: str = ""  # when the text was last corrected

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"files": list(self.files)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {field_name.name for field_name in fields(cls)}
        kept = {name: value for name, value in data.items() if name in known}
        return cls(**{**kept, "files": tuple(kept.get("files", ()))})

    @property
    def person_id(self) -> str:
        return f"{self.team}:{self.user}"

    @property
    def is_aside(self) -> bool:
        """Whether others could read a reply in its place, though it is about somebody's own files."""
        return bool(self.files) and not self.direct

    @property
    def memory(self) -> str:
        """The conversation that is remembered with it."""
        return f"{self.person_id}:{self.ts}" if self.is_aside else self.conversation


def reading(read: Callable[P, T]) -> Callable[P, T]:
    """Payloads come from outside: what one lacks is named, not raised as an error of this program."""

    @wraps(read)
    def checked(*args: P.args, **named: P.kwargs) -> T:
        try:
            return read(*args, **named)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise MalformedEnvelope(f"{read.__name__}: {type(error).__name__}") from error

    return checked


def required(event: Body, name: str) -> str:
    """A text that every event of its kind has; raises MalformedEnvelope where this one has none."""
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedEnvelope(f"{event.get('type')} without {name}")
    return value


@dataclass(frozen=True)
class Reader:
    """Reads payloads for one bot in one workspace."""

    team: str
    bot: str
    profile: SlackProfile

    def message(self, event: Body) -> Incoming | None:
        """A person's message; None for what no person wrote. Whether it is for us, `addressing` says."""
        if not all(isinstance(event.get(name), str) for name in ("channel", "ts", "user")):
            return None
        if event.get("subtype") not in READ_SUBTYPES or event.get("bot_id"):
            return None
        if event["user"] in ("", self.bot, *SLACK_USERS):
            return None
        channel, ts, root = event["channel"], event["ts"], str(event.get("thread_ts") or "")
        direct = event.get("channel_type") == "im" or channel.startswith("D")
        reply_to = root if direct and self.profile is SlackProfile.PLAIN else root or ts
        return Incoming(
            key=f"{self.team}:{channel}:{ts}",
            team=self.team,
            channel=channel,
            ts=ts,
            thread_ts=reply_to,
            user=event["user"],
            text=self._text(event),
            direct=direct,
            conversation=self._shared_conversation(channel, reply_to, direct=direct),
            files=_files(event),
            stranger=self._is_foreign(event.get("user_team") or event.get("source_team")),
            edited=str(part(event, "edited").get("ts") or ""),
        )

    def _text(self, message: Body) -> str:
        """As the composer keeps it; as `text` renders it where an app or an old client wrote it."""
        own = written(message, bot=self.bot) or to_plain(str(message.get("text") or ""), bot=self.bot)
        return "\n\n".join(part for part in (own, forwarded(message, bot=self.bot)) if part)

    def addressing(self, event: Body) -> bool | None:
        """True: to us. False: not to us. None: a reply that names nobody; it is ours where we take part."""
        text = str(event.get("text") or "")
        if event.get("channel_type") == "im" or event.get("type") == "app_mention" or f"<@{self.bot}>" in text:
            return True
        return None if event.get("thread_ts") and not _MENTION.search(text) else False

    @reading
    def action(self, body: Body) -> Incoming:
        """A button of ours; Slack gives each press its own `action_ts`."""
        action, channel = body["actions"][0], str(part(body, "channel").get("id") or "")
        message, container = part(body, "message"), part(body, "container")
        ts, hidden = action["action_ts"], bool(container.get("is_ephemeral"))
        root = message.get("thread_ts") or ""
        reply_to = root if root or self.profile is SlackProfile.PLAIN else message.get("ts", "")
        user = body["user"]
        private = hidden or not channel  # seen by one person only: an ephemeral message, or Home
        return Incoming(
            key=f"{self.team}:{channel or user['id']}:{ts}:action",
            team=self.team,
            channel=channel,
            ts=ts,
            thread_ts="" if hidden else reply_to,
            user=user["id"],
            text="",
            direct=private or channel.startswith("D"),
            conversation=self._conversation(user["id"], channel, reply_to, private=private),
            action={"action_id": action["action_id"], "value": action.get("value") or ""},
            kind="action",
            response_url=str(body.get("response_url") or "") if hidden else "",
            stranger=self._is_foreign(user.get("team_id")),
        )

    @reading
    def command(self, body: Body) -> Incoming:
        """The answer to a slash command is seen by its author only, in whatever place it was given."""
        user, channel = body["user_id"], body["channel_id"]
        return Incoming(
            key=f"{self.team}:{channel}:{body['trigger_id']}:command",
            team=self.team,
            channel=channel,
            ts="",
            thread_ts="",
            user=user,
            text=_command_text(to_plain(body.get("text") or "", bot=self.bot)),
            direct=True,
            conversation=self._private_conversation(user),
            kind="command",
            response_url=body["response_url"],
        )

    @reading
    def shortcut(self, body: Body) -> Incoming:
        """“Review this file” on a message; the answer goes to the direct message of who asked."""
        user, channel, message = body["user"], body["channel"]["id"], body["message"]
        files = message.get("files") or () if message.get("user") == user["id"] else ()
        return Incoming(
            key=f"{self.team}:{channel}:{body['action_ts']}:shortcut",
            team=self.team,
            channel=channel,
            ts=message["ts"],
            thread_ts="",
            user=user["id"],
            text="",
            direct=False,
            conversation=self._private_conversation(user["id"]),
            files=_files({"files": files}),
            kind="shortcut",
            response_url=str(body.get("response_url") or ""),
            stranger=self._is_foreign(user.get("team_id")),
        )

    @reading
    def form(self, body: Body, place: Mapping[str, str], action: Mapping[str, str], text: str) -> Incoming:
        """What was sent with a modal; the answer goes where the button stood that opened it. A view is sent once."""
        user, channel, thread = body["user"], place.get("channel", ""), place.get("thread_ts", "")
        public = not channel.startswith("D")
        return Incoming(
            key=f"{self.team}:{channel or user['id']}:{body['view']['id']}:form",
            team=self.team,
            channel="" if public else channel,
            ts="",
            thread_ts="" if public else thread,
            user=user["id"],
            text=text,
            direct=True,
            conversation=self._conversation(user["id"], channel, thread, private=public),
            action=dict(action),
            kind="action",
            stranger=self._is_foreign(user.get("team_id")),
        )

    def _shared_conversation(self, channel: str, root: str, *, direct: bool = False) -> str:
        """What is said to an agent is one conversation, although each message there begins a thread of its own."""
        alone = (direct or channel.startswith("D")) and self.profile is SlackProfile.AGENT
        return _conversation(self.team, channel, "" if alone else root)

    def _conversation(self, user: str, channel: str, root: str, *, private: bool) -> str:
        return self._private_conversation(user) if private else self._shared_conversation(channel, root)

    def _private_conversation(self, user: str) -> str:
        return f"{self.team}:{user}"

    def _is_foreign(self, team: object) -> bool:
        return bool(team) and team != self.team


def _conversation(*parts: str) -> str:
    return ":".join(part for part in parts if part)


def _command_text(text: str) -> str:
    """A command without words, or with `help`, wants to know what there is."""
    return "what can you do?" if text.strip().lower() in ("", "help") else text


def sent_form(body: Body) -> tuple[dict[str, str], dict[str, Any]]:
    """Of a submitted modal: what we wrote into it when it opened, and the values of its inputs."""
    view = part(body, "view")
    try:
        place = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError as error:
        raise MalformedEnvelope("a form without its place") from error
    values = part(view, "state").get("values")
    if not isinstance(place, dict) or not isinstance(values, dict):
        raise MalformedEnvelope("a form without values")
    return place, values


def part(body: Body, name: str) -> Body:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def _files(message: Body) -> tuple[dict[str, Any], ...]:
    files = message.get("files")
    return tuple(_file(file) for file in files if isinstance(file, Mapping)) if isinstance(files, list | tuple) else ()


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("id", "name", "size", "mimetype", "file_access", "is_external", "mode")
    url = file.get("url_private_download") or file.get("url_private") or ""
    return {name: file[name] for name in wanted if name in file} | {"url": url}


def home_team(body: Body) -> str:
    """The workspace where the app is installed: with Slack Connect the envelope may name the other one."""
    authorizations = body.get("authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else {}
    installed = first.get("team_id") if isinstance(first, Mapping) else ""
    return str(installed or body.get("team_id") or part(body, "team").get("id") or "")


_STOP = re.compile(r"\W*(please\s+)?(stop|cancel|abort)(\s+(it|this|that|please|the build))?\W*", re.IGNORECASE)


def says_stop(text: str) -> bool:
    return _STOP.fullmatch(text) is not None
