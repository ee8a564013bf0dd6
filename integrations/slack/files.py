"""Files that a person attached, fetched with limits and only from where Slack keeps them."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from tools.errors import ToolError
from tools.uploads.archives.expanding import most_bytes
from tools.uploads.files import SourceFile, normal_path

SECONDS = 20.0  # for one file from the first byte to the last, however slowly they come
QUIET_SECONDS = 10.0  # without a single byte
MAX_COUNT = 20
PIECE = 65_536
_SLACK_FILES = ("https", "files.slack.com")


class Attachments:
    """`base_url` is the Web API's: its address is trusted with the token, and Slack's file host is."""

    def __init__(self, client: WebClient, *, seconds: float = SECONDS) -> None:
        self._client, self._seconds = client, seconds
        self._trusted = {_origin(client.base_url), _SLACK_FILES}

    def fetch(self, files: Sequence[Mapping[str, Any]]) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
        """The files, and a sentence for each that could not be taken."""
        taken, refused = [], []
        for file in files[:MAX_COUNT]:
            try:
                taken.append(self._file(file))
            except ToolError as error:
                refused.append(str(error))
        if len(files) > MAX_COUNT:
            refused.append(f"I took the first {MAX_COUNT} of {len(files)} files; send the others in another message.")
        return tuple(taken), tuple(refused)

    def _file(self, file: Mapping[str, Any]) -> SourceFile:
        if file.get("file_access") == "check_file_info":
            file = self._looked_up(file)
        name = str(file.get("name") or "file")
        path = normal_path(name)
        _check(file, name)
        address = str(file.get("url") or "")
        if _origin(address) not in self._trusted:
            raise _NotTaken(f"`{name}` lies somewhere else than in Slack. Upload the file itself.")
        data = self._download(address, name)
        if len(data) < _number(file.get("size")):
            raise _NotTaken(f"Only a part of `{name}` arrived. Please send it again.")
        return SourceFile(path, data)

    def _looked_up(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        """With Slack Connect an event may hold no more than a file's id."""
        name = str(file.get("name") or "the file")
        try:
            found: Any = self._client.files_info(file=str(file.get("id") or ""))
        except SlackApiError:
            raise _NotTaken(f"Slack does not let me see {name}. Upload it here yourself.") from None
        except (SlackClientError, OSError):
            raise _NotTaken(f"Slack did not tell me about {name} just now. Please send it again.") from None
        known = found["file"]
        return {**known, "url": known.get("url_private_download") or known.get("url_private") or ""}

    def _download(self, address: str, name: str) -> bytes:
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self._client.token}"})  # noqa: S310 - the host was checked
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=QUIET_SECONDS) as answer:
                kind = answer.headers.get_content_type()
                data = self._limited(answer, name)
        except urllib.error.HTTPError as error:
            raise _NotTaken(_STATUS.get(error.code, _UNREACHABLE).format(name=name)) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            raise _NotTaken(_UNREACHABLE.format(name=name)) from None
        if kind == "text/html" and not name.lower().endswith((".html", ".htm")):
            raise _NotTaken(_STATUS[302].format(name=name))
        return data

    def _limited(self, answer: http.client.HTTPResponse, name: str) -> bytes:
        """Never more than the limit and never longer than the time, whatever was declared."""
        data, deadline = bytearray(), time.monotonic() + self._seconds
        while piece := answer.read1(PIECE):
            data += piece
            if len(data) > most_bytes(name):
                raise _too_big(name)
            if time.monotonic() > deadline:
                raise _NotTaken(f"`{name}` came too slowly from Slack. Please send it again.")
        return bytes(data)


def _check(file: Mapping[str, Any], name: str) -> None:
    """What can be refused before a byte is fetched."""
    if file.get("is_external") or file.get("mode") == "external":
        raise _NotTaken(f"`{name}` is not stored in Slack, so I cannot read it. Upload the file itself.")
    if file.get("mode") == "hidden_by_limit":
        raise _NotTaken(f"Slack has hidden `{name}` because of this workspace's plan. Upload it again.")
    if file.get("mode") == "tombstone" or file.get("file_access") == "file_not_found":
        raise _NotTaken(f"`{name}` was deleted in Slack. Upload it again.")
    if file.get("file_access") == "access_denied":
        raise _NotTaken(f"Slack does not let me see `{name}`. Upload it here yourself.")
    if _number(file.get("size")) > most_bytes(name):
        raise _too_big(name)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


_UNREACHABLE = "`{name}` could not be fetched from Slack. Please send it again."
_NO_RIGHT = "Slack did not give me `{name}`: the app lacks the right to read files (files:read). Tell your instructor."
_STATUS = {
    301: _NO_RIGHT,
    302: _NO_RIGHT,
    403: "Slack does not let me read `{name}`. Upload it here yourself.",
    404: "`{name}` is no longer in Slack. Upload it again.",
}


class _NotTaken(ToolError):
    """A sentence for the learner."""


def _too_big(name: str) -> _NotTaken:
    return _NotTaken(f"`{name}` is too big: I read files of up to {most_bytes(name):,} bytes. Send it without data.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
