"""Python's requirements files, line by line as pip reads them: what is left open, what is included, what is hashed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.uploads.files import SourceFile

_INCLUDE = re.compile(r"(-r|-c|--requirement|--constraint)[\s=]*(\S+)")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*")


@dataclass(frozen=True)
class Requirement:
    """One dependency that a file leaves open; `why` completes the sentence "it …"."""

    name: str
    written: str
    line: int
    why: str


def hashed(file: SourceFile) -> bool:
    """Whether every requirement of a requirements file carries a checksum."""
    lines = [line for _, line in logical_lines(file.text) if not line.startswith("-")]
    return bool(lines) and all("--hash=" in line for line in lines)


def includes(file: SourceFile) -> tuple[tuple[str, str, int], ...]:
    """`-r` and `-c` of a requirements file: the option, the path from the upload's root, the line."""
    folder, found = posixpath.dirname(file.path), []
    for number, line in logical_lines(file.text):
        match = _INCLUDE.match(line) if line.startswith("-") else None
        if match and "://" not in match[2]:
            option = "-r" if match[1] in {"-r", "--requirement"} else "-c"
            found.append((option, posixpath.normpath(posixpath.join(folder, match[2])), number))
    return tuple(found)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number of its first line and text of each requirement, continuations joined, comments left out."""
    start, held = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        bare = (_COMMENT.sub("", line) if "#" in line else line).rstrip()
        if not bare and not held:
            continue
        start = start if held else number
        if bare.endswith("\\"):
            held += bare[:-1] + " "
            continue
        if (held + bare).strip():
            yield start, (held + bare).strip()
        held = ""
    if held.strip():
        yield start, held.strip()


def requirements(file: SourceFile) -> Iterator[Requirement]:
    for number, line in logical_lines(file.text):
        if line.startswith(("-e ", "--editable")):
            line = re.sub(r"^(-e|--editable)[\s=]+", "", line)  # noqa: PLW2901 - the option is not part of what it names
        elif line.startswith("-"):
            continue
        if (found := left_open(line, number)) is not None:
            yield found


def left_open(written: str, line: int = 1) -> Requirement | None:
    """One requirement as pip takes it; None where it is fixed. Paths into the project are fixed by the project."""
    spec = re.split(r"\s+--hash=|\s+--\w|\s*;\s", written)[0].strip()
    if re.match(r"(\.{1,2}|/|file:)", spec):
        return None
    name_match = _NAME.match(spec)
    name = name_match[1] if name_match else spec[:60]
    reference = re.search(r"(git\+\S+|https?://\S+)", spec)
    if reference is not None:
        return _address(name, spec, reference[1], line, "--hash=" in written)
    version = spec[name_match.end() :].split(";")[0].strip() if name_match else ""
    version = version.strip("() ")
    return _version(name, spec, version, line)


def _address(name: str, spec: str, address: str, line: int, has_hash: bool) -> Requirement | None:
    bare, _, fragment = address.partition("#")
    if bare.startswith("git+"):
        revision = bare.rpartition("@")[2] if "@" in bare.rpartition("://")[2].partition("/")[2] else ""
        if COMMIT.fullmatch(revision):
            return None
        why = f"follows the branch or tag `{revision}`" if revision else "takes the newest commit"
        return Requirement(name, spec, line, why)
    if has_hash or re.match(r"(sha256|sha384|sha512)=", fragment):
        return None
    return Requirement(name, spec, line, "is downloaded without a checksum")


def _version(name: str, spec: str, version: str, line: int) -> Requirement | None:
    if not version:
        return Requirement(name, spec, line, "names no version")
    parts = [part.strip() for part in version.split(",")]
    if any(re.match(r"===?\s*[^*]+$", part) for part in parts):
        return None
    return Requirement(name, spec, line, f"allows every version that fits `{version}`")


def name_of(written: str) -> str | None:
    match = _NAME.match(written)
    return match[1] if match else None
