"""What makes a path differ between two builds of the same files: one class each, from harmless to unexplained."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum


class TarKind(StrEnum):
    TIME = "time"  # of the file itself, nothing in it
    ORDER = "order"
    METADATA = "metadata"
    ARCHIVE_TIME = "archive-time"
    DATE = "date"
    RANDOM = "random"
    LOG = "log"
    LINE_ORDER = "line-order"
    PACKAGES = "packages"
    ONLY_IN_ONE = "only-in-one"
    CONTENT = "content"


HARMLESS = frozenset({TarKind.TIME, TarKind.ORDER})
EXPLAINED = frozenset({TarKind.ARCHIVE_TIME, TarKind.DATE, TarKind.RANDOM, TarKind.LOG, TarKind.LINE_ORDER})
SHOWN = frozenset({TarKind.DATE, TarKind.CONTENT, TarKind.LINE_ORDER})  # a key that is made anew is not shown


@dataclass(frozen=True)
class TarEntry:
    """A path as a layer has it; its time is left out on purpose."""

    type: str
    mode: int
    uid: int
    gid: int
    link: str
    digest: str
    size: int
    name: str  # as the archive spells it


_LOG = re.compile(
    r"^(var/(log|cache|tmp)|var/lib/apt/lists|tmp|run|root/\.(cache|npm)|home/[^/]+/\.(cache|npm))/|/__pycache__/|"
    r"^etc/ld\.so\.cache$|^var/lib/dpkg/[\w-]+-old$|^var/lib/apt/extended_states$|\.log$"
)
_RANDOM_FILE = re.compile(
    r"^(etc/machine-id|var/lib/dbus/machine-id|etc/ssh/ssh_host_\w+|var/lib/systemd/random-seed|etc/hostname)"
)
_DATABASE = re.compile(
    r"^(\./)?(var/lib/dpkg/(status|status\.d/.+)|lib/apk/db/installed|.*\.dist-info/METADATA|"
    r".*/node_modules/(@[^/]+/)?[^/]+/package\.json)$"
)
_NAME_AND_VERSION = re.compile(rb"(?ms)^(?:Package|Name|P): ?(\S+)(.*?)^(?:Version|V): ?(\S+)")
_JSON_NAME = re.compile(rb'"name"\s*:\s*"([^"]+)"')
_JSON_VERSION = re.compile(rb'"version"\s*:\s*"([^"]+)"')
_DATES = re.compile(
    rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+(?:\d{1,2}\s+)?[A-Z][a-z]{2}[a-z]*\s+[\d: ]*\d(?:\s+[A-Z]{2,5})?"
    rb"(?:\s+\d{4})?|\b\d{1,2}[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ -]\d{4}|"
    rb"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|"
    rb"\b\d\d:\d\d:\d\d\b|\b1[5-9]\d{8}(?:\d{3}|\d{6}|\d{9})?\b|\b20\d\d[01]\d[0-3]\d(?:\d{4,6})?\b"
)
_IDENTIFIERS = re.compile(
    rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\b[0-9a-fA-F]{12,}\b|\btmp[.\w]{6,10}\b"
)


def kind_of(path: str, a: TarEntry | None, b: TarEntry | None, a_data: bytes, b_data: bytes) -> TarKind | None:
    """None where the two do not differ. The first rule that explains a path is its class."""
    if a is None or b is None:
        return TarKind.LOG if _LOG.search(path) else TarKind.ONLY_IN_ONE
    if (a.type, a.mode, a.uid, a.gid, a.link) != (b.type, b.mode, b.uid, b.gid, b.link):
        return TarKind.METADATA
    if a.digest == b.digest:
        return None
    if is_database(path) and packages(path, a_data, b_data):
        return TarKind.PACKAGES
    if _RANDOM_FILE.search(path):
        return TarKind.RANDOM
    if path.endswith(".pyc") and _without_times(path, a_data) == _without_times(path, b_data):
        return TarKind.ARCHIVE_TIME  # before its folder is taken for a cache: Python compiles at install, and ships it
    if _LOG.search(path):
        return TarKind.LOG
    return _of_contents(path, a_data, b_data)


def _of_contents(path: str, a: bytes, b: bytes) -> TarKind:
    if _without_times(path, a) == _without_times(path, b):
        return TarKind.ARCHIVE_TIME
    if b"\0" in a + b:
        return TarKind.CONTENT
    if _DATES.sub(b"#", a) == _DATES.sub(b"#", b):
        return TarKind.DATE
    if _masked(a) == _masked(b):
        return TarKind.RANDOM
    return TarKind.LINE_ORDER if sorted(a.splitlines()) == sorted(b.splitlines()) else TarKind.CONTENT


def _masked(data: bytes) -> bytes:
    return _IDENTIFIERS.sub(b"#", _DATES.sub(b"#", data))


def _without_times(path: str, data: bytes) -> object:
    """What an archive or a compiled file holds besides the times in its headers."""
    try:
        if data.startswith(b"\x1f\x8b"):
            unpacked = gzip.decompress(data)
            return _tar_members(unpacked) if unpacked[257:262] == b"ustar" else unpacked
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return [(member.filename, member.CRC, member.file_size) for member in archive.infolist()]
        if data[257:262] == b"ustar":
            return _tar_members(data)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, ValueError, RuntimeError):
        return data
    if data.startswith(b"!<arch>\n"):
        return re.sub(rb"(?m)^(.{16})\d{1,12} *(?=\d)", rb"\1", data)
    return data[:4] + data[16:] if path.endswith(".pyc") else data


def _tar_members(data: bytes) -> list[tuple[str, int, int, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        found = []
        for member in archive:
            opened = archive.extractfile(member) if member.isreg() else None
            found.append((member.name, member.mode, member.uid, opened.read() if opened else b""))
        return found


def is_database(path: str) -> bool:
    return _DATABASE.search(path) is not None


def packages(path: str, a: bytes, b: bytes) -> list[tuple[str, str, str, str]]:
    """(manager, name, version in the first, version in the second) of each package that differs."""
    manager = "dpkg" if "dpkg" in path else "apk" if "apk" in path else "npm" if path.endswith(".json") else "pip"
    one, other = _versions(a, manager), _versions(b, manager)
    return [
        (manager, name, one.get(name, ""), other.get(name, ""))
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def _versions(data: bytes, manager: str) -> dict[str, str]:
    if manager == "npm":
        name, version = _JSON_NAME.search(data), _JSON_VERSION.search(data)
        return {name[1].decode("utf-8", "replace"): version[1].decode("utf-8", "replace")} if name and version else {}
    found = {}
    for paragraph in data.split(b"\n\n"):
        match = _NAME_AND_VERSION.search(paragraph)
        if match:
            found[match[1].decode("utf-8", "replace")] = match[3].decode("utf-8", "replace")
    return found
