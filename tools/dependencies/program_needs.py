"""What uploaded programs say that they need from outside: variables without a default, and hosts that they call."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tools.artefacts.recognition import OTHER
from tools.dependencies.python_source import parsed, required_variables, words_in_strings
from tools.uploads.aside import stands_aside
from tools.uploads.files import SourceFile, Upload

MAX_CODE = 200_000  # characters of one file
MAX_NEEDS = 200  # of one upload

_NAME = r"([A-Z][A-Z0-9_]{1,60})"
_VARIABLE = re.compile(_NAME)
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
_TEST = re.compile(r"(?:^|/)(?:test_|conftest)|[._](?:test|spec)\.")


@dataclass(frozen=True)
class Need:
    name: str
    file: str
    line: int


@dataclass(frozen=True)
class ProgramNeeds:
    file: SourceFile
    variables: tuple[Need, ...]
    addresses: tuple[tuple[int, str], ...]  # line, and the text that holds it


def programs(upload: Upload) -> Iterator[SourceFile]:
    """Files of code that are not tests."""
    for file in upload.of_kind(OTHER):
        if _pattern(file) is not None and _TEST.search(file.path) is None and not stands_aside(file.path):
            yield file


def _pattern(file: SourceFile) -> re.Pattern[str] | None:
    return _PATTERNS.get(posixpath.splitext(file.path)[1].lower())


@lru_cache(maxsize=2)  # each stack of an upload asks
def program_needs(upload: Upload) -> tuple[ProgramNeeds, ...]:
    return tuple(
        ProgramNeeds(file, tuple(variables_read(file)), tuple(addresses_in(file))) for file in programs(upload)
    )


def addresses_in(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Lines that hold an address and are no comment; of Python the strings that are one."""
    yield from ((number, line) for number, line in _lines_of(file) if "://" in line)


def _lines_of(file: SourceFile) -> Iterator[tuple[int, str]]:
    tree = _tree(file)
    if tree is not None:
        yield from words_in_strings(tree)
        return
    for number, line in enumerate(_text(file).splitlines(), 1):
        if not line.lstrip().startswith(("#", "//", "*")):
            yield number, line


def variables_read(file: SourceFile) -> Iterator[Need]:
    """Variables that the program takes from its environment and has no value of its own for, each once."""
    seen = set(_BROUGHT)
    for number, name in _named_variables(file):
        if name not in seen and len(seen) < MAX_NEEDS:
            seen.add(name)
            yield Need(name, file.path, number)


def _named_variables(file: SourceFile) -> Iterator[tuple[int, str]]:
    pattern, tree = _pattern(file), _tree(file)
    if tree is not None:
        yield from ((number, name) for number, name in required_variables(tree) if _VARIABLE.fullmatch(name))
        return
    for number, line in _lines_of(file) if pattern else ():
        for match in pattern.finditer(line) if pattern else ():
            yield number, next(group for group in match.groups() if group)


def _tree(file: SourceFile) -> ast.Module | None:
    """Of a Python program that has something to look for in it."""
    text = _text(file)
    is_python = file.path.lower().endswith(".py") and ("://" in text or "environ" in text or "getenv" in text)
    return parsed(text) if is_python else None


def _text(file: SourceFile) -> str:
    return file.text[:MAX_CODE] if file.is_readable else ""
