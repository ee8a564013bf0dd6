"""Conversations: channels, private channels and direct messages, with what was said in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.slack_emulator.messages import SlackMessage

Kind = Literal["public", "private", "im", "mpim"]

SCOPE_PREFIX: dict[Kind, str] = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
EVENT_SUFFIX: dict[Kind, str] = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
EVENT_TYPE: dict[Kind, str] = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
LISTED_AS: dict[Kind, str] = {"public": "public_channel", "private": "private_channel", "im": "im", "mpim": "mpim"}


@dataclass
class Channel:
    id: str
    name: str
    kind: Kind = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    read_only: bool = False
    shared: bool = False
    messages: dict[str, SlackMessage] = field(default_factory=dict)
    ephemerals: list[SlackMessage] = field(default_factory=list)

    @property
    def is_direct(self) -> bool:
        return self.kind == "im"

    def other(self, user: str) -> str:
        """Who a direct message is with."""
        return next((member for member in sorted(self.members) if member != user), user)

    def thread(self, root: str) -> Iterator[SlackMessage]:
        for message in self.messages.values():
            if root in (message.ts, message.thread_ts):
                yield message

    def top_level(self) -> Iterator[SlackMessage]:
        for message in self.messages.values():
            if message.is_top_level:
                yield message

    def to_wire(self, *, seen_by: str) -> dict[str, Any]:
        common = {
            "id": self.id,
            "created": 1_700_000_000,
            "is_archived": self.archived,
            "is_im": self.is_direct,
            "is_mpim": self.kind == "mpim",
            "is_org_shared": False,
            "is_ext_shared": self.shared,
        }
        if self.is_direct:
            return common | {"user": self.other(seen_by), "is_user_deleted": False, "is_open": True}
        return common | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_private": self.kind != "public",
            "is_general": False,
            "is_read_only": self.read_only,
            "is_shared": self.shared,
            "is_member": seen_by in self.members,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
