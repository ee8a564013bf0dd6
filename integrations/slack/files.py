"""Files that a person attached, fetched with limits and only from where Slack keeps them."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tools.errors import ToolError
from tools.files import MAX_FILE_BYTES, SourceFile, normal_path

SECONDS = 20
MAX_COUNT = 20
_SLACK_FILES = ("files.slack.com",)


class Attachments:
    """`base_url` is the Web API's: its host is trusted with the token, and Slack's file host is."""

    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._hosts = {urlsplit(base_url).netloc, *_SLACK_FILES}

    def fetch(self, files: Sequence[Mapping[str, Any]]) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
        """The files, and a sentence for each that could not be taken."""
        taken, refused = [], []
        for file in files[:MAX_COUNT]:
            name = str(file.get("name") or "file")
            try:
                taken.append(SourceFile(normal_path(name), self._bytes(file, name)))
            except ToolError as error:
                refused.append(str(error))
        if len(files) > MAX_COUNT:
            refused.append(f"I took the first {MAX_COUNT} of {len(files)} files; send the others in another message.")
        return tuple(taken), tuple(refused)

    def _bytes(self, file: Mapping[str, Any], name: str) -> bytes:
        if file.get("is_external") or file.get("mode") in ("tombstone", "hidden_by_limit"):
            raise _NotTaken(f"`{name}` is not stored in Slack, so I cannot read it. Upload the file itself.")
        if int(file.get("size") or 0) > MAX_FILE_BYTES:
            raise _NotTaken(f"`{name}` has {int(file['size']):,} bytes; I read files of up to {MAX_FILE_BYTES:,}.")
        address = str(file.get("url") or "")
        if urlsplit(address).netloc not in self._hosts:
            raise _NotTaken(f"`{name}` lies somewhere else than in Slack. Upload the file itself.")
        return self._download(address, name)

    def _download(self, address: str, name: str) -> bytes:
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 - the host was checked
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
                data: bytes = answer.read(MAX_FILE_BYTES + 1)
                kind = answer.headers.get_content_type()
        except (urllib.error.URLError, OSError):
            raise _NotTaken(f"`{name}` could not be fetched from Slack. Please send it again.") from None
        if kind == "text/html" and not name.endswith((".html", ".htm")):
            raise _NotTaken(f"Slack did not give me `{name}`: the app lacks the right to read files (files:read).")
        return data


class _NotTaken(ToolError):
    """A sentence for the learner."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
