"""One call of the Web API: what came in, who called, what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from integrations.slack_emulator.apps import Installation
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.workspaces import Workspace

if TYPE_CHECKING:
    from integrations.slack_emulator.world import World

Arguments = dict[str, Any]


@dataclass
class Call:
    """`answer` and `status` are set when it is over; `warnings` end in the answer."""

    world: World
    method: str
    args: Arguments
    installation: Installation
    at: float
    base_url: str = ""
    warnings: list[str] = field(default_factory=list)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return bool(self.answer.get("ok"))

    @property
    def team(self) -> Workspace:
        return self.world.workspaces[self.installation.team_id]

    @property
    def bot(self) -> str:
        return self.installation.user_id

    def channel(self, argument: str = "channel") -> Channel:
        """The channel of an argument; a user id stands for the direct message with that user."""
        reference = self.args.get(argument) or ""
        if reference in self.team.members and reference != self.bot:
            return self.team.direct(reference, self.bot)
        channel = self.team.channels.get(reference)
        if channel is None:
            named = (
                channel for channel in self.team.channels.values() if channel.name and f"#{channel.name}" == reference
            )
            channel = next(named, None)
        if channel is None or (channel.kind != "public" and self.bot not in channel.members):
            raise ApiRefusal("channel_not_found")
        return channel

    def joined_channel(self, argument: str = "channel") -> Channel:
        channel = self.channel(argument)
        if self.bot not in channel.members:
            raise ApiRefusal("not_in_channel")
        return channel

    def message(self, channel: Channel, argument: str = "ts") -> SlackMessage:
        message = channel.messages.get(str(self.args.get(argument) or ""))
        if message is None:
            raise ApiRefusal("message_not_found")
        return message

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("1", "true")


def merged_arguments(query: str, content_type: str, body: bytes) -> Arguments:
    """Clients put arguments into the query, a form or a JSON body, differently for each method."""
    args: Arguments = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return args
    if kind == "application/json":
        return args | _from_json(body)
    if kind in ("application/x-www-form-urlencoded", ""):
        return args | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    raise ApiRefusal("invalid_post_type", f"{kind} is not understood")


def _from_json(body: bytes) -> Arguments:
    try:
        data = json.loads(body)
    except ValueError:
        raise ApiRefusal("invalid_json") from None
    if not isinstance(data, Mapping):
        raise ApiRefusal("json_not_object")
    return {str(key): value for key, value in data.items() if value is not None}
