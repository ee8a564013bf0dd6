"""A learner's files: names, limits and how bytes become text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from tools.artefacts.recognition import kind_of
from tools.errors import UnreadableFile, UploadRefused
from tools.uploads.aside import common_folder, own_files

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 1_000
MAX_UPLOAD_BYTES = 50_000_000
MAX_PATH_LENGTH = 240


def decode(path: str, data: bytes) -> str:
    """UTF-8 (with or without a byte-order mark) as text; everything else is refused with its remedy."""
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(
            f"{path} has {len(data):,} bytes; I read files of up to {MAX_FILE_BYTES:,}. "
            "Send the file itself, without data or generated parts."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(f"{path} is saved as UTF-16. Save it as UTF-8 and send it again.")
    if b"\0" in data:
        raise UnreadableFile(f"{path} looks like a binary file. Send the text file itself, saved as UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path} is not valid UTF-8 (byte {error.start:,}). Save it as UTF-8 and send it again."
        ) from None


def normal_path(path: str) -> str:
    """A relative POSIX path without `.` and `..`; refused where it would leave the upload."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    bad = not parts or ".." in parts or path.startswith("/") or len(path) > MAX_PATH_LENGTH
    if bad or any(ord(character) < 32 for character in path):
        raise UploadRefused(f"The file name {path[:60]!r} cannot be used. Give it a plain relative name.")
    return "/".join(parts)


@dataclass(frozen=True)
class SourceFile:
    """One uploaded file; `path` is relative, POSIX, below the upload's root.

    `executable` is None where its mode did not come along, as with single files of a chat.
    """

    path: str
    data: bytes = field(repr=False)
    executable: bool | None = None

    @cached_property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.data).hexdigest()

    @cached_property
    def text(self) -> str:
        """The decoded text; raises UnreadableFile."""
        return decode(self.path, self.data)

    @cached_property
    def is_readable(self) -> bool:
        try:
            _ = self.text
        except UnreadableFile:
            return False
        return True

    @cached_property
    def kind(self) -> str:
        """The name of its artefact type, or `other`."""
        return kind_of(self.path, self.text if self.is_readable else None)


@dataclass(frozen=True)
class Upload:
    """The files that a learner hands in together, sorted by path; the unit of inspection and of a build."""

    files: tuple[SourceFile, ...]

    @classmethod
    def of(cls, files: Iterable[SourceFile], most: int = MAX_FILES) -> Upload:
        """Normalises paths; the last of two files with one path wins; limits raise UploadRefused."""
        by_path = {}
        for file in files:
            path = normal_path(file.path)
            by_path[path] = file if path == file.path else replace(file, path=path)
        _check_limits(by_path.values(), most)
        return cls(tuple(by_path[path] for path in sorted(by_path)))

    @cached_property
    def digest(self) -> str:
        """Digest of paths and contents: the same files give the same digest in any order."""
        state = hashlib.sha256()
        for file in self.files:
            state.update(f"{file.path}\0{file.digest}\n".encode())
        return "sha256:" + state.hexdigest()

    @cached_property
    def _root(self) -> str:
        return common_folder([file.path for file in self.files])

    def of_kind(self, kind: str) -> tuple[SourceFile, ...]:
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[SourceFile, ...]]:
        return _grouped((file.kind, file) for file in self.files)

    def named(self, name: str) -> tuple[SourceFile, ...]:
        """Those with this base name, in whatever folder."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, tuple[SourceFile, ...]]:
        return _grouped((file.path.rpartition("/")[2], file) for file in self.files)

    def has_folder(self, path: str) -> bool:
        return path in self._folders

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(folder for file in self.files for folder in _folders_above(file.path))

    def own(self, kind: str) -> tuple[SourceFile, ...]:
        """Those that the upload is about: a fixture of its tests is none of them. Their `text` can be had."""
        return own_files(self.readable(kind), self._root)

    def readable(self, kind: str) -> tuple[SourceFile, ...]:
        """Those whose `text` can be had."""
        return tuple(file for file in self.of_kind(kind) if file.is_readable)

    def with_text(self, path: str, text: str) -> Upload:
        """With this file added, or in place of the one at its path."""
        return Upload.of([*(file for file in self.files if file.path != path), SourceFile(path, text.encode())])

    def find(self, path: str) -> SourceFile | None:
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[str, SourceFile]:
        return {file.path: file for file in self.files}

    def __hash__(self) -> int:
        """Computed once: what is known of an upload is looked up by it again and again."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.files)

    def __iter__(self) -> Iterator[SourceFile]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def _grouped(pairs: Iterable[tuple[str, SourceFile]]) -> dict[str, tuple[SourceFile, ...]]:
    found: dict[str, list[SourceFile]] = {}
    for key, file in pairs:
        found.setdefault(key, []).append(file)
    return {key: tuple(files) for key, files in found.items()}


def _folders_above(path: str) -> Iterator[str]:
    """`a`, `a/b` of `a/b/c`."""
    return (path[:index] for index, character in enumerate(path) if character == "/")


def _check_limits(files: Iterable[SourceFile], most: int) -> None:
    count, total = 0, 0
    for file in files:
        count, total = count + 1, total + len(file.data)
    if count > most:
        raise UploadRefused(f"{count} files came together; the limit is {most}. Send only what is built.")
    if total > MAX_UPLOAD_BYTES:
        raise UploadRefused(f"The files have {total:,} bytes together; the limit is {MAX_UPLOAD_BYTES:,}.")
