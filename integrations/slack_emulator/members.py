"""Who is in a workspace: people, guests, strangers from other workspaces, bots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SLACKBOT = "USLACKBOT"


@dataclass
class Member:
    """`team_id` is the home workspace; with Slack Connect it differs from the one they are seen in."""

    id: str
    name: str
    team_id: str
    title: str = ""
    is_admin: bool = False
    is_guest: bool = False
    app_id: str = ""
    bot_id: str = ""
    deleted: bool = False
    tz: str = "Etc/UTC"

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_id)

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")

    def to_wire(self, *, seen_from: str) -> dict[str, Any]:
        profile = {
            "real_name": self.name,
            "display_name": self.name,
            "title": self.title,
            "email": f"{self.handle}@example.com",
        }
        if self.is_bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "real_name": self.name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_label": "Coordinated Universal Time",
            "tz_offset": 0,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_stranger": self.team_id != seen_from,
            "updated": 0,
        }
