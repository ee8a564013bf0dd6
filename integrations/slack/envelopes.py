"""Slack's payloads as what the tutor needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from agent.settings import Profile
from integrations.slack.mrkdwn import to_plain

READ_SUBTYPES = (None, "file_share", "thread_broadcast")


@dataclass(frozen=True)
class Incoming:
    """A message or a pressed button. `key` is the same for every delivery of it, by whatever event."""

    key: str
    team: str
    channel: str
    ts: str
    thread_ts: str  # where the reply goes; empty: top level
    user: str
    text: str
    direct: bool
    conversation: str
    files: tuple[dict[str, Any], ...] = ()
    action: dict[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"files": list(self.files)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "files": tuple(data.get("files", ()))})


def of_message(body: Mapping[str, Any], *, bot: str, profile: Profile) -> Incoming | None:
    """A person's message to the tutor; None for everything that nobody addressed to it."""
    event = body["event"]
    if event.get("subtype") not in READ_SUBTYPES or event.get("bot_id") or not event.get("user"):
        return None
    direct = event.get("channel_type") == "im"
    mentioned = event["type"] == "app_mention" or f"<@{bot}>" in event.get("text", "")
    if event["user"] == bot or not (direct or mentioned):
        return None
    team, channel, ts = home_team(body), event["channel"], event["ts"]
    root = event.get("thread_ts") or ""
    reply_to = root if direct and profile is Profile.PLAIN else root or ts
    return Incoming(
        key=f"{team}:{channel}:{ts}",
        team=team,
        channel=channel,
        ts=ts,
        thread_ts=reply_to,
        user=event["user"],
        text=to_plain(event.get("text", ""), bot=bot),
        direct=direct,
        conversation=":".join(part for part in (team, channel, reply_to) if part),
        files=tuple(_file(one) for one in event.get("files", ())),
    )


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("id", "name", "size", "mimetype", "file_access", "is_external", "mode")
    url = file.get("url_private_download") or file.get("url_private") or ""
    return {name: file[name] for name in wanted if name in file} | {"url": url}


def of_action(body: Mapping[str, Any], *, profile: Profile) -> Incoming:
    """A button of ours; Slack gives each press its own `action_ts`."""
    action, channel = body["actions"][0], body.get("channel", {}).get("id", "")
    message = body.get("message", {})
    team, ts = body["team"]["id"], action["action_ts"]
    root = message.get("thread_ts") or ""
    reply_to = root if root or profile is Profile.PLAIN else message.get("ts", "")
    return Incoming(
        key=f"{team}:{channel or body['user']['id']}:{ts}:action",
        team=team,
        channel=channel,
        ts=ts,
        thread_ts=reply_to,
        user=body["user"]["id"],
        text="",
        direct=channel.startswith("D") or not channel,
        conversation=":".join(part for part in (team, channel, reply_to) if part),
        action={"action_id": action["action_id"], "value": action.get("value") or ""},
    )


def home_team(body: Mapping[str, Any]) -> str:
    """The workspace where the app is installed: with Slack Connect the envelope may name the other one."""
    authorizations = body.get("authorizations") or [{}]
    return str(authorizations[0].get("team_id") or body.get("team_id") or "")
