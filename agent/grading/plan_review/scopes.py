"""Which words of a plan stand over which others: headings, leads, labels, boxes, columns, notes and their like."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.grading.plan_review.outline import Form, Part, admonition_title
from agent.grading.plan_review.plain_words import plainly

LABEL_WORDS = 9
TAIL_WORDS = 9


class Role(StrEnum):
    HEADING = "heading"
    LEAD = "lead"
    LABEL = "label"  # “Planned: …”
    TAIL = "tail"  # “… (planned)”
    COLUMN = "column"
    STATUS = "status"  # the answer to a head that asks, for all of a section
    SUMMARY = "summary"
    NOTE = "note"  # what a footnote or a legend says of a mark
    SENTENCE = "sentence"  # one that points beyond itself
    STRUCK = "struck"
    BOX = "box"


@dataclass(frozen=True)
class Scope:
    """`says` stands over what begins at `start` and ends at `end`.

    Of a column `value` is the cell below its head, `row` all of the cell's row, and `head` the row of heads.
    """

    start: int
    end: int
    role: Role
    says: str
    value: str = ""
    row: tuple[int, int] = (0, 0)
    head: tuple[int, int] = (0, 0)

    def covers(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


_STRUCK = re.compile(r"~~(?:(?!~~|\n\s*\n)[\s\S])+~~|(?:[^\s]\u0336\s?){3,}")
_DETAILS = re.compile(
    r"<details\b[^>]*>\s*<summary\b[^>]*>(.*?)</summary>.*?(?:</details>|\Z)", re.DOTALL | re.IGNORECASE
)
_LABEL = re.compile(r"^\W{0,4}([^\n:|]{1,70}?)(?:\*\*|__)?(?::(?:\*\*|__)?|\s[–—-])\s+(?=\S)")
_BOLD_LEAD = re.compile(r"^\W{0,4}?(?:\*\*|__)([^*_\n]{2,60})(?:\*\*|__)\s*(?=\S)")
_BRACKETED = re.compile(r"^\W{0,4}?[\[(]([^\])\n]{3,40})[\])]\s+(?=\S)")
_TAIL = re.compile(r"(?:[\[({]|\s[–—-]\s+|\*\(|_\()([^\[\](){}\n]{3,70}?)(?:[\])}][\W_]*|[\W_]*)$")


def structural(text: str, found: Sequence[Part]) -> Iterator[Scope]:
    """All but the sentences that speak of others, whose reach depends on what they say."""
    yield from _sections(text, found)
    yield from _groups(found)
    yield from _tables(found)
    for part in found:
        if not part.is_heading:
            yield from _labels(part)
    yield from (
        Scope(match.start(), match.end(), Role.STRUCK, plainly(match.group())) for match in _STRUCK.finditer(text)
    )


def folded(original: str) -> Iterator[Scope]:
    """What a reader has to unfold stands under its summary."""
    for match in _DETAILS.finditer(original):
        yield Scope(match.start(), match.end(), Role.SUMMARY, plainly(re.sub(r"<[^>]*>", "", match.group(1))))


def section_end(found: Sequence[Part], at: int, end: int) -> int:
    level = found[at].level
    return next((part.start for part in found[at + 1 :] if part.is_heading and part.level <= level), end)


def _sections(text: str, found: Sequence[Part]) -> Iterator[Scope]:
    for at, part in enumerate(found):
        if part.is_heading and not part.quoted:
            begins = at + 1 if _is_empty(found, at) else at
            yield Scope(part.start, section_end(found, begins, len(text)), Role.HEADING, plainly(part.raw))


def _is_empty(found: Sequence[Part], at: int) -> bool:
    """A heading with nothing below it stands over the section that comes next, unless it ends the plan."""
    after = found[at + 1] if at + 1 < len(found) else None
    return after is not None and after.is_heading and after.level <= found[at].level


def _groups(found: Sequence[Part]) -> Iterator[Scope]:
    """A lead stands over the list, table or paragraph that it leads to, an item over what hangs below it."""
    for at, part in enumerate(found):
        below = group_below(found, at)
        if part.form is Form.ADMONITION:
            yield Scope(part.start, _until(found, at, below, part), Role.LEAD, admonition_title(part.raw))
        elif below and part.form in (Form.PARAGRAPH, Form.ITEM) and _leads(part, below[0]):
            *_, (left, right) = part.sentences()
            said = plainly(part.raw[left - part.start : right - part.start])
            yield Scope(left, below[-1].end, Role.LEAD, said)
        if part.done is not None:
            below = below if part.form is Form.ITEM else []
            yield Scope(part.start, (below or [part])[-1].end, Role.BOX, "done" if part.done else "open")


def _until(found: Sequence[Part], at: int, below: Sequence[Part], part: Part) -> int:
    following = below or found[at + 1 : at + 2]
    return following[-1].end if following else part.end


def _leads(part: Part, below: Part) -> bool:
    """Before an item or row any words that are no whole sentence do; before a paragraph a colon has to say so."""
    said = part.raw.rstrip().rstrip("*_ ")
    if below.form is Form.PARAGRAPH or below.quoted:
        return said.endswith(":")
    return part.form is Form.ITEM or not said.endswith((".", "!", "?"))


def group_below(found: Sequence[Part], at: int) -> list[Part]:
    """The list, table or paragraph right after a part; of an item, what hangs below it."""
    part, after = found[at], found[at + 1 :]
    if not after or part.is_heading or part.form is Form.ROW or after[0].is_heading:
        return []
    if part.items:
        return _while(after, lambda other: other.items[: len(part.items)] == part.items and not other.is_heading)
    if after[0].items:
        return _while(after, lambda other: bool(other.items) and not other.is_heading)
    if after[0].form is Form.ROW:
        return _while(after, lambda other: other.form is Form.ROW)
    return [after[0]]


def _while(found: Sequence[Part], holds: Callable[[Part], bool]) -> list[Part]:
    return list(itertools.takewhile(holds, found))


def _labels(part: Part) -> Iterator[Scope]:
    if part.form is Form.ROW:
        return
    for number, (left, right) in enumerate(part.sentences()):
        raw = part.raw[left - part.start : right - part.start].rstrip()
        end = part.end if number == 0 else left + len(raw)
        for pattern in (_LABEL, _BOLD_LEAD, _BRACKETED):
            match = pattern.match(raw)
            if match and len(match.group(1).split()) <= LABEL_WORDS:
                yield Scope(left, end, Role.LABEL, plainly(match.group(1)))
                break
        tail = _TAIL.search(raw)
        if tail and len(tail.group(1).split()) <= TAIL_WORDS:
            yield Scope(left, left + len(raw), Role.TAIL, plainly(tail.group(1)))


@dataclass(frozen=True)
class Cell:
    start: int
    end: int
    said: str


def cells(part: Part) -> list[Cell]:
    """Of a row, without its outer bars; an escaped bar parts nothing."""
    bounds = [match.start() for match in re.finditer(r"(?<!\\)\|", part.raw)]
    edges = [-1, *bounds, len(part.raw.rstrip("\n"))]
    found = [(left + 1, right) for left, right in itertools.pairwise(edges)]
    if found and not part.raw[slice(*found[0])].strip():
        found = found[1:]
    if found and not part.raw[slice(*found[-1])].strip() and bounds and part.raw.rstrip().endswith("|"):
        found = found[:-1]
    return [Cell(part.start + left, part.start + right, plainly(part.raw[left:right])) for left, right in found]


def _tables(found: Sequence[Part]) -> Iterator[Scope]:
    head: Part | None = None
    for part in found:
        if part.form is not Form.ROW:
            head = None
            continue
        row = cells(part)
        if part.is_head:
            head = part
        elif head is not None:
            bounds = (part.start, part.end), (head.start, head.end)
            for column, cell in zip(cells(head), row, strict=False):
                yield Scope(cell.start, cell.end, Role.COLUMN, column.said, cell.said, *bounds)
        yield from _row_labels(part, row)


def _row_labels(part: Part, row: Sequence[Cell]) -> Iterator[Scope]:
    if len(row) > 1 and 0 < len(row[0].said.split()) <= LABEL_WORDS:
        yield Scope(part.start, part.end, Role.LABEL, row[0].said)
    for cell in row:
        tail = _TAIL.search(cell.said)
        if tail and len(tail.group(1).split()) <= TAIL_WORDS:
            yield Scope(cell.start, cell.end, Role.TAIL, tail.group(1))
