"""Files that a person names on the command line become attachments; what cannot be taken is said in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.uploads.archives.expanding import most_bytes
from tools.uploads.files import SourceFile

MENTION = re.compile(r"(?<!\S)@(\S+)")
_LEFT_OUT = {".git", "node_modules", ".venv", "__pycache__"}


def read_attachments(paths: Iterable[str]) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
    """The files (a folder gives all of its own), and a sentence for each path that cannot be read."""
    files: list[SourceFile] = []
    refused: list[str] = []
    for name in paths:
        try:
            files.extend(_read(Path(name)))
        except OSError as error:
            refused.append(f"`{Path(name).name}` could not be read: {error.strerror or 'unknown reason'}.")
    return tuple(files), tuple(refused)


def _read(path: Path) -> Iterator[SourceFile]:
    if not path.is_dir():
        yield _file(path, path.name)
        return
    for other_path in sorted(path.rglob("*")):
        inside = other_path.relative_to(path)
        if other_path.is_file() and not _LEFT_OUT & set(inside.parts):
            yield _file(other_path, inside.as_posix())


def _file(path: Path, name: str) -> SourceFile:
    executable = bool(path.stat().st_mode & 0o111)
    with path.open("rb") as stream:
        return SourceFile(name, stream.read(most_bytes(name) + 1), executable)  # one more: too much is seen as that


def split_mentions(text: str) -> tuple[str, list[str]]:
    """`look at @Dockerfile` → the text without the mention, and the paths that exist; other @words stay."""
    paths = [match for match in MENTION.findall(text) if Path(match).expanduser().exists()]
    for path in paths:
        text = text.replace(f"@{path}", "")
    return " ".join(text.split()) if paths else text, [str(Path(path).expanduser()) for path in paths]
