"""Files: announced, uploaded, shared, downloaded."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MAX_SNIPPET = 1_000_000


@dataclass(frozen=True)
class Attachment:
    """A file that a person sends; `overrides` replaces keys of its wire form, to tell lies about it."""

    name: str
    data: bytes = b""
    overrides: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class StoredFile:
    id: str
    name: str
    data: bytes
    owner: str
    team_id: str
    created: int
    base_url: str
    title: str = ""
    channels: list[str] = field(default_factory=list)
    complete: bool = True
    announced: int = 0
    deleted: bool = False
    overrides: dict[str, Any] = field(default_factory=dict)

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or ("text/plain" if self.is_text else "application/octet-stream")

    @property
    def is_text(self) -> bool:
        try:
            return "\0" not in self.data.decode()
        except UnicodeDecodeError:
            return False

    @property
    def private_url(self) -> str:
        return f"{self.base_url}/files-pri/{self.team_id}-{self.id}/{quote(self.name)}"

    @property
    def download_url(self) -> str:
        return f"{self.base_url}/files-pri/{self.team_id}-{self.id}/download/{quote(self.name)}"

    def to_wire(self) -> dict[str, Any]:
        if self.overrides.get("file_access") == "check_file_info":
            return {"id": self.id, "created": self.created, **self.overrides}
        return self.details() | self.overrides

    def details(self) -> dict[str, Any]:
        """What `files.info` says: nothing left out, only later lies applied."""
        filetype = self.name.rpartition(".")[2].lower() if "." in self.name else "text"
        ids = {kind: [channel for channel in self.channels if channel[0] == letter] for kind, letter in _LISTS.items()}
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": filetype,
            "pretty_type": filetype.upper(),
            "user": self.owner,
            "user_team": self.team_id,
            "size": len(self.data),
            "mode": "snippet" if self.is_text and len(self.data) <= MAX_SNIPPET else "hosted",
            "editable": False,
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "file_access": "visible",
            "url_private": self.private_url,
            "url_private_download": self.download_url,
            "permalink": f"{self.base_url}/files/{self.owner}/{self.id}/{quote(self.name)}",
            **ids,
        }


_LISTS = {"channels": "C", "groups": "G", "ims": "D"}
