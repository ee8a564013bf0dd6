"""What `tutor inspect` is given: files in their folder, folders as one upload, archives, and text from a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tools.artefacts.recognition import OTHER, file_name_for, kind_of
from tools.artefacts.registry import artefact_type
from tools.dockerfile.ignore_file import DockerIgnore
from tools.errors import ToolError, UploadRefused
from tools.inspection.single_file import around
from tools.uploads.archives.expanding import is_archive, most_bytes, unpack
from tools.uploads.files import MAX_FILE_BYTES, MAX_UPLOAD_BYTES, SourceFile, Upload

PIPE = "-"
MAX_WALKED = 20_000  # entries of one folder that are looked at
MAX_BESIDE = 5_000  # of the folder of a file that was named
_SKIPPED_FOLDERS = frozenset(
    ".git .hg .svn node_modules .venv venv env .tox .nox __pycache__ .mypy_cache .ruff_cache .pytest_cache "
    ".idea .vscode .terraform site-packages".split()
)


@dataclass(frozen=True)
class Input:
    """One PATH: its upload, or why there is none."""

    path: str
    upload: Upload | None = None
    error: str = ""
    only: str = ""  # the file of the upload that was named
    renamed: tuple[str, str] | None = None  # name in the upload, name on disk


@dataclass
class InputReader:
    """Reads each folder once, however many of its files are named; `excluded` are paths that are not inspected."""

    root: Path = field(default_factory=Path.cwd)  # that `excluded` starts from
    excluded: DockerIgnore | None = None
    piped_name: str = ""  # what the text from the pipe is called
    _folders: dict[Path, Upload] = field(default_factory=dict)
    _around: dict[tuple[Path, str], Upload] = field(default_factory=dict)

    def read(self, path: Path) -> Input:
        shown = os.fsencode(path).decode("utf-8", errors="replace")
        try:
            if shown == PIPE:
                return self._read_pipe()
            return self._read_folder(path, shown) if path.is_dir() else self._read_file(path, shown)
        except FileNotFoundError:
            return Input(shown, error=f"There is no file or folder {shown}. Check the path.")
        except PermissionError:
            return Input(shown, error=f"{shown} may not be read. Check its permissions.")
        except ToolError as error:
            return Input(shown, error=str(error))
        except OSError as error:
            return Input(shown, error=f"{shown[:200]} cannot be read: {error.strerror or 'the system refused it'}.")

    def _read_pipe(self) -> Input:
        """As a file of the given name in its folder, else by itself as what it holds."""
        data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        if not self.piped_name:
            file = SourceFile(PIPE, data)
            name = _name_by_content(file)
            if name is None:
                return Input(PIPE, error="Nothing in this text says what it is. Name it with --stdin-filename.")
            return Input(PIPE, Upload.of([SourceFile(name, data)]), renamed=(name, PIPE))
        path = Path(self.piped_name)
        file = SourceFile(path.name, data)
        if artefact_type(file.kind) is None:
            return Input(PIPE, error=f"{self.piped_name} is no name of a file that I inspect.")
        folder = self._folder(path.parent, MAX_BESIDE) if path.parent.is_dir() else Upload(())
        whole = Upload.of([*(other for other in folder if other.path != file.path), file], MAX_WALKED)
        return Input(self.piped_name, around(whole, file.path), only=file.path)

    def _read_file(self, path: Path, shown: str) -> Input:
        if path.exists() and not path.is_file():
            raise UploadRefused(f"{shown} is neither a file nor a folder. Give a regular file.")
        name = PurePosixPath(shown).name
        if self._is_excluded(name, path):
            return Input(shown, Upload(()))
        with path.open("rb") as stream:
            file = SourceFile(name, stream.read(most_bytes(name) + 1))
        if is_archive(file):
            return Input(shown, Upload.of(unpack(file)[0]))
        artefact = artefact_type(file.kind)
        if artefact is not None and artefact.aspects:
            return Input(shown, self._beside(path, name), only=name)
        if file.kind == OTHER:
            alias = _name_by_content(file)
            if alias is not None:
                return Input(shown, Upload.of([SourceFile(alias, file.data)]), renamed=(alias, file.path))
        return Input(shown, Upload.of([file]))

    def _beside(self, path: Path, name: str) -> Upload:
        """The folder in which the file stands, read once; the same for each of its files where it can be."""
        folder = self._folder(path.parent, MAX_BESIDE)
        if folder.find(name) is None:  # a link
            folder = Upload.of([*folder, SourceFile(name, _content(path))], MAX_WALKED)
        return around(folder, name)

    def _read_folder(self, path: Path, shown: str) -> Input:
        return Input(shown, self._folder(path, MAX_WALKED))

    def _folder(self, path: Path, most: int) -> Upload:
        """What is inspected comes first; of what is too large, or too much, only the name is known."""
        known = self._folders.get(path)
        if known is None:
            found = [item for item in _walk(path, most) if not self._is_excluded(*item)]
            candidates = sorted(found, key=lambda item: (kind_of(item[0]) == OTHER, item[0]))
            known = self._folders[path] = Upload.of(_read_all(candidates), MAX_WALKED)
        return known

    def _is_excluded(self, name: str, location: Path) -> bool:
        """Only what would be inspected: a file that a build copies is part of its context all the same."""
        if self.excluded is None or kind_of(name) == OTHER:
            return False
        place = location.resolve()
        return place.is_relative_to(self.root) and self.excluded.excludes(place.relative_to(self.root).as_posix())


def _name_by_content(file: SourceFile) -> str | None:
    """A name under which a file of unknown name is inspected as what it holds."""
    return file_name_for(file.path, file.data[:100_000].decode("utf-8", errors="replace"))


def _read_all(candidates: list[tuple[str, Path]]) -> Iterator[SourceFile]:
    left = MAX_UPLOAD_BYTES
    for name, location in candidates:
        data = _content(location) if left > 0 else b""
        is_read = len(data) <= left and (kind_of(name) != OTHER or len(data) <= MAX_FILE_BYTES)
        yield SourceFile(name, data if is_read else b"")
        left -= len(data) if is_read else 0


def _content(location: Path) -> bytes:
    try:
        with location.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except OSError:  # gone since, or not ours to read: its name is all that is known
        return b""


def _walk(root: Path, most: int) -> Iterator[tuple[str, Path]]:
    """Regular files below a folder with their relative POSIX names; no links are followed."""
    seen = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        for name in sorted(names):
            seen += 1
            if seen > most:
                return
            location = Path(folder) / name
            relative = location.relative_to(root).as_posix()
            if location.is_file() and not location.is_symlink() and not _is_mangled(relative):
                yield relative, location


def _is_mangled(name: str) -> bool:
    """Names that are no UTF-8 or hold control characters: no upload can carry them."""
    return any(ord(character) < 32 or "\ud800" <= character <= "\udfff" for character in name)
