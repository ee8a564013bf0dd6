"""The parts of a plan in order, each with where it stands: headings, paragraphs, items and rows of one tree."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge.markdown import Block, BlockKind, blocks

# What people mean as headings, items and rows although Markdown takes it for lines of a paragraph.
BOLD_LINE = re.compile(r"^\s*\*\*([^*]+)\*\*:?\s*$|^\s*__([^_]+)__:?\s*$")
ITEM = re.compile(r"^\s*(?:(?:[•–]|\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+)\s+(?:\[[ xX]\]\s+)?|(?:[☐□☑✓✔✅❌✗]|\[[ xX]\])\s*)")
_ROW = re.compile(r"^\s*\|.*\|\s*$|^[^|]+\|[^|]+\|.*$")
_COUNT = re.compile(r"^\s*\|?\s*(?:\d+(?:\.\d+)*\.?|#)\s*\|")
_LABEL = re.compile(r"^\s{0,6}[A-Za-z][\w &/-]{0,22}:\s")
_UNDONE = re.compile(r"^\s*(?:(?:•|\d+[.)])\s+)?(?:\[ \]|[☐□❌✗✘✖🔴🚫⛔⏳🚧🔜💡])")
_DONE = re.compile(r"^\s*(?:(?:•|\d+[.)])\s+)?(?:\[[xX]\]|[☑✓✔✅🟢])")
_ADMONITION = re.compile(r"^\s*(?:!!!|\?\?\?\+?|:::)\s*(\w+)[ \t]*(?:\"([^\"]*)\"|([^\n]*))$")
_SENTENCE_END = re.compile(
    r"(?<=[.!?;])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)[\"”’)*_`]*(?:\s*\n\s*|\s+(?=[\"“‘(*_\[]*[A-Z0-9`/]))"
)
BOLD_LEVEL = 7  # below every heading that Markdown has


class Form(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    ADMONITION = "admonition"  # its first line


@dataclass(frozen=True)
class Part:
    """`items` are the list items around it, its own last; `done` is what a box or a mark before it says."""

    start: int
    raw: str
    form: Form
    level: int = 0
    items: tuple[int, ...] = ()
    quoted: bool = False
    is_head: bool = False
    done: bool | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @property
    def is_heading(self) -> bool:
        return self.form is Form.HEADING

    @property
    def body(self) -> int:
        """Where its words begin, after its marker or the cell that counts the rows."""
        found = (_COUNT if self.form is Form.ROW else ITEM).match(self.raw)
        return self.start + (found.end() if found else 0)

    def sentences(self) -> Iterator[tuple[int, int]]:
        """(start, end) of each in the text, the space after it included."""
        begin = self.body - self.start
        cuts = [begin, *(match.end() for match in _SENTENCE_END.finditer(self.raw, begin)), len(self.raw)]
        for left, right in itertools.pairwise(cuts):
            yield self.start + left, self.start + right


def parts(text: str) -> list[Part]:
    """Code is left out, and what is indented is prose."""
    found: list[Part] = []
    for block in blocks(text, indented_code=False):
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.ROW, BlockKind.HTML, BlockKind.HEADING):
            found.extend(_parts_of(block, text[block.start : block.end]))
    return list(_with_pseudo_heads(found))


def _parts_of(block: Block, raw: str) -> Iterator[Part]:
    underlined = block.kind is BlockKind.HEADING and "\n" in block.content  # a paragraph above a rule, in truth
    if block.kind is BlockKind.HEADING and not underlined:
        yield Part(block.start, raw, Form.HEADING, block.level, block.items, block.quoted)
        return
    form = Form.ROW if block.kind is BlockKind.ROW else Form.ITEM if block.items else Form.PARAGRAPH
    for start, lines in _apart(block.start, raw):
        part = Part(start, lines, form, 0, block.items, block.quoted, block.is_head)
        yield _as_people_mean_it(part)


def _as_people_mean_it(part: Part) -> Part:
    bold = BOLD_LINE.match(part.raw)
    if bold:
        return replace(part, form=Form.HEADING, level=BOLD_LEVEL)
    if _ADMONITION.match(part.raw):
        return replace(part, form=Form.ADMONITION)
    if part.form is not Form.ROW and _ROW.match(part.raw):
        return replace(part, form=Form.ROW)
    done = False if _UNDONE.match(part.raw) else True if _DONE.match(part.raw) else None
    if part.form is Form.PARAGRAPH and ITEM.match(part.raw):
        return replace(part, form=Form.ITEM, items=(-1 - part.start,), done=done)
    return replace(part, done=done)


def _apart(offset: int, paragraph: str) -> Iterator[tuple[int, str]]:
    start, held = offset, ""
    for line in paragraph.splitlines(keepends=True):
        is_bold, is_drawn = BOLD_LINE.match(line) is not None, not any(map(str.isalnum, line))
        alone = is_bold or is_drawn or _ADMONITION.match(line) is not None
        if held and (alone or ITEM.match(line) or _ROW.match(line) or _LABEL.match(line)):
            yield start, held
            held = ""
        if alone and not is_drawn:
            yield offset, line
        elif not alone:
            start, held = (start, held + line) if held else (offset, line)
        offset += len(line)
    if held:
        yield start, held


def _with_pseudo_heads(found: Sequence[Part]) -> Iterator[Part]:
    """Of rows in a row without a head the first may name the columns."""
    for before, part in itertools.pairwise([None, *found]):
        first = part is not None and part.form is Form.ROW and (before is None or before.form is not Form.ROW)
        if part is not None:
            yield replace(part, is_head=True) if first else part


def admonition_title(raw: str) -> str:
    found = _ADMONITION.match(raw.rstrip("\n"))
    return f"{found.group(1)} {found.group(2) or found.group(3) or ''}".strip() if found else ""
