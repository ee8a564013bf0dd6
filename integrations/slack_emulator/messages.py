"""A message as it stands, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.slack_emulator.files import StoredFile
from integrations.slack_emulator.streams import EmulatedStream


@dataclass
class SlackMessage:
    ts: str
    channel: str
    user: str
    team_id: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    thread_ts: str = ""
    subtype: str = ""
    broadcast: bool = False
    plain: bool = False
    bot_id: str = ""
    app_id: str = ""
    username: str = ""
    metadata: dict[str, Any] | None = None
    edited_ts: str = ""
    only_for: str = ""
    reactions: dict[str, list[str]] = field(default_factory=dict)
    stream: EmulatedStream | None = None
    parent_user: str = ""

    @property
    def is_top_level(self) -> bool:
        return not self.thread_ts or self.thread_ts == self.ts or self.broadcast

    @property
    def root(self) -> str:
        return self.thread_ts or self.ts

    def to_wire(self, *, metadata: bool = False) -> dict[str, Any]:
        wire: dict[str, Any] = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        wire["team"] = self.team_id
        optional = {
            "subtype": "thread_broadcast" if self.broadcast else self.subtype,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "parent_user_id": self.parent_user,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "username": self.username,
            "files": [file.to_wire() for file in self.files],
            "metadata": self.metadata if metadata else None,
            "edited": {"user": self.user, "ts": self.edited_ts} if self.edited_ts else None,
            "reactions": [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ],
        }
        return wire | {key: value for key, value in optional.items() if value}
