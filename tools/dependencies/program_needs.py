"""What uploaded programs say that they need from outside: variables without a default, and hosts that they call."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.artefacts.recognition import OTHER
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload

MAX_CODE = 200_000  # characters of one file
MAX_NEEDS = 200  # of one upload

_NAME = r"([A-Z][A-Z0-9_]{1,60})"
_PYTHON = re.compile(
    rf"\bos\.environ\[\s*[\"']{_NAME}[\"']\s*\](?!\s*=[^=])|\bos\.getenv\(\s*[\"']{_NAME}[\"']\s*\)(?!\s*or\b)"
)
_NODE = re.compile(rf"\bprocess\.env\.{_NAME}\b(?!\s*(?:\|\||\?\?|=[^=]|\?[^.]))")
_GO = re.compile(rf"\bos\.Getenv\(\s*\"{_NAME}\"\s*\)")
_SHELL = re.compile(rf"\$\{{{_NAME}:?\?")
_PATTERNS = {
    ".py": _PYTHON,
    ".js": _NODE,
    ".mjs": _NODE,
    ".cjs": _NODE,
    ".ts": _NODE,
    ".tsx": _NODE,
    ".go": _GO,
    ".sh": _SHELL,
    ".bash": _SHELL,
}
# What every container or tool brings by itself.
_BROUGHT = frozenset("PATH HOME USER PWD HOSTNAME LANG LC_ALL TZ TERM SHELL TMPDIR CI NODE_ENV PYTHONPATH".split())
_TEST = re.compile(
    r"(?:^|/)(?:tests?|spec|__tests__|fixtures|examples?|docs?)/|(?:^|/)(?:test_|conftest)|[._](?:test|spec)\."
)


@dataclass(frozen=True)
class Need:
    name: str
    file: str
    line: int


def programs(upload: Upload) -> Iterator[SourceFile]:
    """Files of code that are not tests."""
    for file in upload.of_kind(OTHER):
        if _pattern(file) is not None and _TEST.search(file.path) is None:
            yield file


def _pattern(file: SourceFile) -> re.Pattern[str] | None:
    return _PATTERNS.get(posixpath.splitext(file.path)[1].lower())


def lines_of(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Its lines without those that are comments."""
    try:
        text = file.text[:MAX_CODE]
    except UnreadableFile:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith(("#", "//", "*")):
            yield number, line


def variables_read(file: SourceFile) -> Iterator[Need]:
    """Variables that the program takes from its environment and has no value of its own for, each once."""
    pattern, seen = _pattern(file), set(_BROUGHT)
    for number, line in lines_of(file) if pattern else ():
        for match in pattern.finditer(line) if pattern else ():
            name = next(group for group in match.groups() if group)
            if name not in seen and len(seen) < MAX_NEEDS:
                seen.add(name)
                yield Need(name, file.path, number)
