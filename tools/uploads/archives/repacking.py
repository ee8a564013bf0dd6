"""The child process that reads an archive: its bytes on standard input, a tree of plain files on standard output.

Standard library only: it is started by path, isolated, and limits itself before it reads the first byte. A header
line in JSON (`{"files": [[path, size, executable], …], "left_out": [name, …]}`) precedes the contents; `executable` is
null where the archive does not say; what is not accepted gives
`{"refused": code, "name": member}` instead.
"""

from __future__ import annotations

import io
import json
import resource
import stat
import struct
import sys
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

MAX_MEMBERS = 5_000
MAX_FILE, MAX_TOTAL = 20_000_000, 50_000_000
MAX_RATIO, RATIO_FROM = 200, 8_000_000
MAX_DEPTH, MAX_COMPONENT, MAX_PATH = 32, 255, 512
MAX_HOPS, MAX_LINK = 40, 4_096
MEMORY, CPU_SECONDS = 512 * 2**20, 10
LEFT_OUT = frozenset(
    ".git .hg .svn node_modules .venv __pycache__ .mypy_cache .ruff_cache .pytest_cache .tox .nox __MACOSX".split()
)
_PIECE = 65_536
_UNIX, _EXECUTE = 3, 0o111  # the system that a zip was made on, and the bits of a mode
_TAR_OVERHEAD = 1_024 * MAX_MEMBERS + 8_000_000
_OTHER_FORMATS = (b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd", b"Rar!", b"7z\xbc\xaf\x27\x1c")
_BIDI = frozenset(range(0x202A, 0x202F)) | frozenset(range(0x2066, 0x206A)) | {0x200E, 0x200F, 0x061C}


class MemberKind(Enum):
    FILE = auto()
    FOLDER = auto()
    LINK = auto()


class ArchiveRefused(Exception):
    """`code` is one of the names in tools/archives/refusals.yaml; `name` the member it is about."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code, self.name = code, name


@dataclass(frozen=True)
class ArchiveMember:
    path: str
    kind: MemberKind
    data: bytes = b""
    target: str = ""
    executable: bool | None = None


class Content(NamedTuple):
    data: bytes
    executable: bool | None


def read(data: bytes) -> tuple[dict[str, Content], list[str]]:
    """Path to content, sorted, and the folders that were left out; raises Refused."""
    tree = _Tree()
    for member in _members(data):
        tree.add(member)
    files = tree.files()
    if not files:
        raise ArchiveRefused("empty")
    return _without_common_folder(files), sorted(tree.left_out)


def _members(data: bytes) -> Iterator[ArchiveMember]:
    """The first magic decides: a file that is two things at once is read as one of them."""
    if data.startswith(_OTHER_FORMATS):
        raise ArchiveRefused("compression-not-accepted")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zip_members(data)
    elif data.startswith(b"\x1f\x8b"):
        yield from _tar_members(_gunzipped(data))
    else:
        yield from _tar_members(data)


def _gunzipped(data: bytes) -> bytes:
    """All members of a gzip file; what it makes is counted while it is made."""
    made, stream, fresh = bytearray(), zlib.decompressobj(31), True
    for at in range(0, len(data), _PIECE):
        piece = data[at : at + _PIECE]
        while piece := piece.lstrip(b"\0") if fresh else piece:
            made += stream.decompress(piece, _PIECE)
            _check_size(len(made), len(data))
            fresh = stream.eof
            piece = stream.unused_data if fresh else stream.unconsumed_tail
            stream = zlib.decompressobj(31) if fresh else stream
    made += stream.flush()
    if not fresh and not stream.eof:
        raise ArchiveRefused("truncated")
    return bytes(made)


def _check_size(made: int, packed: int) -> None:
    if made > RATIO_FROM and made > MAX_RATIO * packed:
        raise ArchiveRefused("compression-ratio")
    if made > MAX_TOTAL + _TAR_OVERHEAD:
        raise ArchiveRefused("too-large")


def _tar_members(data: bytes) -> Iterator[ArchiveMember]:
    total = 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errorlevel=2) as archive:
        for number, info in enumerate(archive, 1):
            if number > MAX_MEMBERS:
                raise ArchiveRefused("too-many-members")
            member = _tar_member(archive, info)
            total += len(member.data)
            if total > MAX_TOTAL:
                raise ArchiveRefused("too-large")
            yield member
        if data[archive.offset :].strip(b"\0"):
            raise ArchiveRefused("malformed")


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> ArchiveMember:
    if info.issparse() or any(key.startswith("GNU.sparse") for key in info.pax_headers):
        raise ArchiveRefused("sparse", info.name)
    if info.isdir():
        return ArchiveMember(info.name, MemberKind.FOLDER)
    if info.issym():
        return ArchiveMember(info.name, MemberKind.LINK, target=info.linkname)
    if info.islnk():
        raise ArchiveRefused("hard-link", info.name)
    if not info.isreg():
        raise ArchiveRefused("special-file", info.name)
    if info.size > MAX_FILE:
        raise ArchiveRefused("file-too-large", info.name)
    if info.size < 0:  # newer Pythons read no such header
        raise ArchiveRefused("malformed", info.name)
    opened = archive.extractfile(info)
    data = opened.read(MAX_FILE + 1) if opened else b""
    if len(data) != info.size:
        raise ArchiveRefused("truncated", info.name)
    return ArchiveMember(info.name, MemberKind.FILE, data, executable=bool(info.mode & _EXECUTE))


def _zip_members(data: bytes) -> Iterator[ArchiveMember]:
    if _counted(data) > MAX_MEMBERS:
        raise ArchiveRefused("too-many-members")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        _check_entries(entries, data)
        total = 0
        for info in entries:
            member = _zip_member(archive, info)
            total += len(member.data)
            if total > MAX_TOTAL:
                raise ArchiveRefused("too-large")
            yield member


def _counted(data: bytes) -> int:
    """How many members the end of a zip declares, before any of them is looked at."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if at < 0 or at + 22 > len(data):
        raise ArchiveRefused("truncated")
    return int(struct.unpack_from("<H", data, at + 10)[0])


def _check_entries(entries: list[zipfile.ZipInfo], data: bytes) -> None:
    if len(entries) > MAX_MEMBERS:
        raise ArchiveRefused("too-many-members")
    if sum(info.file_size for info in entries) > MAX_TOTAL:
        ratio = sum(info.file_size for info in entries) / max(1, len(data))
        raise ArchiveRefused("compression-ratio" if ratio > MAX_RATIO else "too-large")
    end = 0
    for info in sorted(entries, key=lambda entry: entry.header_offset):
        if info.header_offset < end:
            raise ArchiveRefused("zip-overlap", info.filename)
        end = info.header_offset + 30 + info.compress_size
        if info.flag_bits & 1:
            raise ArchiveRefused("encrypted-zip", info.filename)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveRefused("zip-method", info.filename)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArchiveMember:
    name = _zip_name(info)
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    kind = stat.S_IFMT(mode)
    if info.is_dir() or kind == stat.S_IFDIR:
        return ArchiveMember(name, MemberKind.FOLDER)
    if info.file_size > MAX_FILE:
        raise ArchiveRefused("file-too-large", name)
    if kind == stat.S_IFLNK:
        return ArchiveMember(name, MemberKind.LINK, target=_inflated(archive, info, name, MAX_LINK).decode("utf-8"))
    if kind not in (0, stat.S_IFREG):
        raise ArchiveRefused("special-file", name)
    executable = bool(mode & _EXECUTE) if stat.S_IMODE(mode) else None
    return ArchiveMember(name, MemberKind.FILE, _inflated(archive, info, name, MAX_FILE), executable=executable)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Some tools write UTF-8 without saying so."""
    if "\0" in info.orig_filename:
        raise ArchiveRefused("nul-in-path", info.filename)
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    with archive.open(info) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ArchiveRefused("file-too-large", name)
    if len(data) != info.file_size:
        raise ArchiveRefused("malformed", name)
    return data


class _Tree:
    """What the members make together; a path is looked at before it is used for anything."""

    def __init__(self) -> None:
        self._files: dict[str, Content] = {}
        self._links: dict[str, str] = {}
        self._folders: set[str] = set()
        self._alike: dict[str, str] = {}
        self.left_out: set[str] = set()

    def add(self, member: ArchiveMember) -> None:
        path = _checked(member.path)
        if not path:
            return
        parts = path.split("/")
        left_out = LEFT_OUT.intersection(parts if member.kind is MemberKind.FOLDER else parts[:-1])
        if left_out or parts[-1] == ".DS_Store" or parts[-1].startswith("._"):
            self.left_out |= left_out - {"__MACOSX"}
            return
        self._stand_apart(path, member.kind)
        for depth in range(1, len(parts)):
            self._folder("/".join(parts[:depth]), path)
        if member.kind is MemberKind.FOLDER:
            self._folder(path, path)
        elif member.kind is MemberKind.LINK:
            self._links[path] = _checked_target(path, member.target)
        else:
            self._files[path] = Content(member.data, member.executable)

    def _stand_apart(self, path: str, kind: MemberKind) -> None:
        """No path twice, also not for a file system that folds case or composes letters."""
        if kind is not MemberKind.FOLDER and (path in self._files or path in self._links):
            raise ArchiveRefused("duplicate", path)
        if kind is not MemberKind.FOLDER and path in self._folders:
            raise ArchiveRefused("child-of-non-dir", path)

    def _folder(self, folder: str, path: str) -> None:
        if folder in self._files or folder in self._links:
            raise ArchiveRefused("child-of-non-dir", path)
        self._folders.add(folder)

    def files(self) -> dict[str, Content]:
        """Links inside the tree become what they lead to."""
        for path in (*self._folders, *self._files, *self._links):
            alike = unicodedata.normalize("NFC", path).casefold()
            if self._alike.setdefault(alike, path) != path:
                raise ArchiveRefused("case-or-unicode-collision", path)
        reached = {link: self._resolved(link) for link in self._links}
        made = self._files | {link: self._content(link, path) for link, path in reached.items()}
        if sum(len(content.data) for content in made.values()) > MAX_TOTAL:
            raise ArchiveRefused("too-large")
        return dict(sorted(made.items()))

    def _content(self, link: str, reached: str) -> Content:
        if reached in self._files:
            return self._files[reached]
        raise ArchiveRefused("link-to-folder" if reached in self._folders or not reached else "dangling-link", link)

    def _resolved(self, link: str) -> str:
        """The path that a link leads to, every link on the way followed: what is lexically inside may not be."""
        parts, todo, hops = list[str](), link.split("/"), 0
        while todo:
            part = todo.pop(0)
            if part == "..":
                if not parts:
                    raise ArchiveRefused("symlink-escape", link)
                parts.pop()
                continue
            if part in ("", "."):
                continue
            target = self._links.get("/".join([*parts, part]))
            if target is None:
                parts.append(part)
                continue
            hops += 1
            if hops > MAX_HOPS:
                raise ArchiveRefused("symlink-loop", link)
            todo = target.split("/") + todo
        return "/".join(parts)


def _checked(path: str) -> str:
    """The path without `.` parts, or a refusal; empty for the root itself."""
    for code, wrong in _faults(path):
        if wrong:
            raise ArchiveRefused(code, path)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ArchiveRefused("traversal", path)
    if len(parts) > MAX_DEPTH:
        raise ArchiveRefused("too-deep", path)
    if any(len(part.encode()) > MAX_COMPONENT for part in parts):
        raise ArchiveRefused("path-too-long", path)
    return "/".join(parts)


def _faults(path: str) -> Iterable[tuple[str, bool]]:
    return (
        ("nul-in-path", "\0" in path),
        ("non-utf8-path", any("\ud800" <= part <= "\udfff" for part in path)),
        ("control-char-path", any(unicodedata.category(part) == "Cc" for part in path)),
        ("bidi-path", any(ord(part) in _BIDI for part in path)),
        ("absolute-path", path.startswith("/") or (len(path) > 1 and path[1] == ":" and path[0].isalpha())),
        ("backslash-path", "\\" in path),
        ("path-too-long", len(path) > MAX_PATH),
    )


def _checked_target(path: str, target: str) -> str:
    if target.startswith("/") or "\0" in target or "\\" in target:
        raise ArchiveRefused("symlink-escape", path)
    return target


def _without_common_folder(files: dict[str, Content]) -> dict[str, Content]:
    """`project/Dockerfile` is `Dockerfile`: whoever packs a folder means what is in it."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) > 1 or any("/" not in path for path in files):
        return files
    return {path.partition("/")[2]: content for path, content in files.items()}


_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    RecursionError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    OverflowError,
)


def answer(data: bytes) -> bytes:
    """Header line and contents; every way in which an archive can be broken is a refusal."""
    try:
        files, left_out = read(data)
    except ArchiveRefused as refusal:
        name = refusal.name.encode("utf-8", "replace").decode()
        return json.dumps({"refused": refusal.code, "name": name}).encode() + b"\n"
    except _BROKEN:
        return json.dumps({"refused": "malformed", "name": ""}).encode() + b"\n"
    listed = [[path, len(content.data), content.executable] for path, content in files.items()]
    head = json.dumps({"files": listed, "left_out": left_out}).encode()
    return b"".join([head, b"\n", *(content.data for content in files.values())])


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
