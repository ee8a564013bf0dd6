"""Comments that set a finding aside: `# tutor: ignore=RULE reason`, and hadolint's own.

They count where somebody checks their own repository. The gate never asks for them: no file waives a criterion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.artefacts.recognition import OTHER
from tools.artefacts.registry import artefact_type, is_prose
from tools.findings import UNBUILDABLE, Finding
from tools.inspection.explaining import explanations
from tools.uploads.files import SourceFile, Upload

NEVER_IGNORED = frozenset({UNBUILDABLE, "compose-unreadable"})  # nothing else can be said of such a file
MAX_COMMENTS = 200  # of one file
_COMMENT = re.compile(
    r"#[ \t]*(?P<tool>tutor:|hadolint:?)[ \t]*(?P<whole>global[ \t]+)?ignore[ \t]*=[ \t]*"
    r"(?P<rules>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*(?P<reason>[^\n]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ignore:
    """Rules that are set aside from one line of a file to another."""

    file: str
    line: int  # of the comment
    rules: frozenset[str]
    reason: str
    begin: int
    end: int

    def covers(self, finding: Finding) -> bool:
        is_there = finding.file == self.file and self.begin <= finding.line <= self.end
        return is_there and finding.rule in self.rules and finding.rule not in NEVER_IGNORED


def ignores_in(upload: Upload) -> tuple[list[Ignore], list[str]]:
    """What the comments of an upload set aside, and a note on each that does nothing."""
    found, notes = [], []
    for file in upload:
        if file.kind != OTHER and not is_prose(file.kind) and file.is_readable and "ignore" in file.text.lower():
            for ignore, whose in _comments(file):
                note = _note(ignore) if whose == "tutor" else ""
                notes += [note] if note else []
                found += [ignore] if not note else []
    return found, notes


def _note(ignore: Ignore) -> str:
    place = f"{ignore.file}:{ignore.line}"
    unknown = sorted(rule for rule in ignore.rules if rule not in explanations())
    if unknown:
        return f"{place}: this comment does nothing: there is no rule “{unknown[0]}” (`tutor inspect --rules`)."
    if ignore.rules & NEVER_IGNORED:
        return f"{place}: this comment does nothing: a file that cannot be built or read is never ignored."
    if not ignore.reason:
        return f"{place}: this comment does nothing: it gives no reason. Write one behind the rule."
    return ""


def _comments(file: SourceFile) -> Iterator[tuple[Ignore, str]]:
    lines = file.text.split("\n")
    numbered = [(number, match) for number, line in enumerate(lines, 1) if (match := _COMMENT.search(line))]
    spans = _spans(file, lines, [number for number, _ in numbered[:MAX_COMMENTS]]) if numbered else {}
    for number, match in numbered[:MAX_COMMENTS]:
        begin, end = (1, len(lines)) if match["whole"] else spans[number]
        whose = match["tool"].lower().rstrip(":")
        rules = _meant(re.split(r"[ \t]*,[ \t]*", match["rules"]), whose)
        yield Ignore(file.path, number, rules, match["reason"].strip(" \t\r-:;#"), begin, end), whose


def _meant(names: Iterable[str], whose: str) -> frozenset[str]:
    if whose == "tutor":
        return frozenset(name if name.isupper() else name.lower() for name in names)
    return frozenset(rule for name in names for rule in (name.upper(), *_ours().get(name.upper(), ())))


@cache
def _ours() -> Mapping[str, tuple[str, ...]]:
    """hadolint's rules that our own checks cover."""
    written = yaml.safe_load(Path(__file__).with_name("hadolint_names.yaml").read_text(encoding="utf-8"))
    return {code: tuple(rules) for code, rules in written.items()}


def _spans(file: SourceFile, lines: list[str], numbers: list[int]) -> Mapping[int, tuple[int, int]]:
    """For each comment's line the first and last line that it speaks of."""
    artefact = artefact_type(file.kind)
    if artefact is not None and artefact.statements is not None:
        statements = artefact.statements(file.text)
        return {number: _statement_at(statements, number) for number in numbers}
    return {number: _block_at(lines, number) for number in numbers}


def _statement_at(statements: list[tuple[int, int]], number: int) -> tuple[int, int]:
    """The one that holds the comment, or the next one below it."""
    return next(((begin, end) for begin, end in statements if end >= number), (number, number))


def _block_at(lines: list[str], number: int) -> tuple[int, int]:
    """The line that the comment stands on or above, with all that is indented beneath it."""
    own = not lines[number - 1].lstrip().startswith("#")
    begin = number if own else _next_written(lines, number)
    depth, end = _indent(lines[begin - 1]), begin
    for later in range(begin, len(lines)):
        text = lines[later]
        if text.strip() and not text.lstrip().startswith("#"):
            if _indent(text) <= depth:
                break
            end = later + 1
    return begin, end


def _next_written(lines: list[str], number: int) -> int:
    below = (at + 1 for at in range(number, len(lines)) if lines[at].strip() and not lines[at].lstrip().startswith("#"))
    return next(below, number)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
