"""Which packages an image holds, read from what package managers leave in it (apt, apk, pip, npm), and which system.

Part of the child that reads an image, so the standard library only; what it reads was written by strangers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

MAX_PACKAGES = 20_000
MAX_RECORD = 16 * 2**20  # bytes of one record that are read
NAME, VERSION = 200, 100  # characters

Reader = Callable[[int], bytes]
Named = tuple[str, str, str]  # manager, name, version

_DIST_INFO = re.compile(r"(?:^|/)([A-Za-z0-9][\w.]*(?:-[\w.]+)*?)-([^/-]+)\.(?:dist-info/METADATA|egg-info/PKG-INFO)$")
_NODE = re.compile(r"(?:^|/)node_modules/((?:@[^/]+/)?[^/@.][^/]*)/package\.json$")


def packages_in(path: str, read: Reader) -> Iterator[Named]:
    """Of one file; nothing where it is no package manager's record."""
    if path == "var/lib/dpkg/status" or path.startswith("var/lib/dpkg/status.d/"):
        yield from _told("apt", _of_apt(_text(read)))
    elif path in ("lib/apk/db/installed", "usr/lib/apk/db/installed"):
        yield from _told("apk", _of_apk(_text(read)))
    elif path in ("etc/os-release", "usr/lib/os-release"):
        yield from _told("os", _of_system(_text(read)))
    elif found := _DIST_INFO.search(path):
        yield from _told("pip", [(found[1], found[2])])
    elif found := _NODE.search(path):
        yield from _told("npm", _of_npm(found[1], _text(read)))


def _text(read: Reader) -> str:
    return read(MAX_RECORD).decode("utf-8", "replace")


def _told(manager: str, found: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[Named]:
    for name, version in found:
        if name and version:
            yield manager, name[:NAME], version[:VERSION]


def _of_apt(text: str) -> Iterator[tuple[str, str]]:
    """A package that was removed keeps its entry with its settings; distroless images have no states."""
    for fields in _paragraphs(text, ": "):
        state = fields.get("Status", "installed")
        if state.endswith("installed") and not state.endswith("not-installed"):
            yield fields.get("Package", ""), fields.get("Version", "")


def _of_apk(text: str) -> Iterator[tuple[str, str]]:
    for fields in _paragraphs(text, ":"):
        yield fields.get("P", ""), fields.get("V", "")


def _paragraphs(text: str, colon: str) -> Iterator[Mapping[str, str]]:
    """The first line of each field is all that is needed."""
    for paragraph in text.split("\n\n"):
        rows = (line.partition(colon) for line in paragraph.splitlines() if line[:1].strip())
        yield {name: value.strip() for name, found, value in rows if found}


def _of_system(text: str) -> Iterator[tuple[str, str]]:
    fields = dict(re.findall(r"(?m)^(\w+)=[\"']?([^\"'\n]*)", text))
    yield fields.get("ID", ""), fields.get("VERSION_ID", "")


def _of_npm(name: str, text: str) -> Iterator[tuple[str, str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    version = found.get("version") if isinstance(found, dict) else None
    if isinstance(version, str):
        yield name, version
