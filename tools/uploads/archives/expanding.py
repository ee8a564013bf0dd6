"""Archives among a learner's files become the files in them, or a sentence that says why not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.errors import UploadRefused
from tools.uploads.archives import repacking
from tools.uploads.files import MAX_FILE_BYTES, SourceFile

MAX_ARCHIVE_BYTES = 20_000_000
WALL_SECONDS = 15.0
_NAME = re.compile(r"\.(zip|tar|tgz|tar\.gz|tar\.(xz|bz2|zst|lzma)|txz|tbz2?|tzst|7z|rar)$", re.IGNORECASE)
_MAGIC = (b"PK\x03\x04", b"\x1f\x8b")


@dataclass(frozen=True)
class Expanded:
    """`refused` and `notes` are sentences for the learner."""

    plain: tuple[SourceFile, ...]
    unpacked: tuple[SourceFile, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """Files that stand beside an archive are laid over what is in it."""
        beside = {file.path for file in self.plain}
        return (*(file for file in self.unpacked if file.path not in beside), *self.plain)


def is_archive_name(name: str) -> bool:
    return _NAME.search(name) is not None


def is_archive(file: SourceFile) -> bool:
    """By its name, or by its first bytes where the name has no ending."""
    if is_archive_name(file.path):
        return True
    return "." not in Path(file.path).name and (file.data.startswith(_MAGIC) or file.data[257:262] == b"ustar")


def most_bytes(name: str) -> int:
    """How large a file of this name may be; an archive may hold many."""
    return MAX_ARCHIVE_BYTES if is_archive_name(name) else MAX_FILE_BYTES


def expand(files: Iterable[SourceFile]) -> Expanded:
    plain, unpacked = list[SourceFile](), dict[str, SourceFile]()
    refused, notes = list[str](), list[str]()
    for file in files:
        if not is_archive(file):
            plain.append(file)
            continue
        try:
            inside, left_out = unpack(file)
        except UploadRefused as error:
            refused.append(str(error))
            continue
        unpacked |= {member.path: member for member in inside}
        notes += [f"I left {', '.join(f'`{name}`' for name in left_out)} out of `{file.path}`."] if left_out else []
    return Expanded(tuple(plain), tuple(unpacked.values()), tuple(refused), tuple(notes))


def unpack(file: SourceFile) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
    """The archive's files and the folders that were left out; UploadRefused says what is wrong."""
    if len(file.data) > MAX_ARCHIVE_BYTES:
        raise _refusal(file.path, "upload-too-large", "")
    command = [sys.executable, "-I", "-S", repacking.__file__]
    try:
        done = subprocess.run(command, input=file.data, capture_output=True, timeout=WALL_SECONDS, env={}, check=False)
    except subprocess.TimeoutExpired:
        raise _refusal(file.path, "took-too-long", "") from None
    head, _, contents = done.stdout.partition(b"\n")
    if not head:  # the child's own limits ended it
        raise _refusal(file.path, "took-too-long" if done.returncode < 0 else "malformed", "")
    said = json.loads(head)
    if "refused" in said:
        raise _refusal(file.path, said["refused"], said["name"])
    return _cut(said["files"], contents), tuple(said["left_out"])


def _cut(listed: list[tuple[str, int, bool | None]], contents: bytes) -> tuple[SourceFile, ...]:
    found, at = [], 0
    for path, size, executable in listed:
        found.append(SourceFile(path, contents[at : at + size], executable))
        at += size
    return tuple(found)


def _refusal(archive: str, code: str, name: str) -> UploadRefused:
    shown = "".join(part if part.isprintable() and part != "`" else "�" for part in name)[:80]
    sentence = _sentences()[code].format(
        name=shown,
        upload_megabytes=MAX_ARCHIVE_BYTES // 1_000_000,
        total_megabytes=repacking.MAX_TOTAL // 1_000_000,
        file_megabytes=repacking.MAX_FILE // 1_000_000,
        members=f"{repacking.MAX_MEMBERS:,}",
        ratio=repacking.MAX_RATIO,
        depth=repacking.MAX_DEPTH,
    )
    return UploadRefused(f"I can not take `{archive}`. {sentence}")


@cache
def _sentences() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text("utf-8"))
    return found
