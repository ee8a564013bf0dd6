"""A plan as statements with their place: sentences, list items and table rows that a reader would see."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.grading.plan_review.assertions import Claim, ends_scope, opens_scope, read_claim, rejects
from knowledge.markdown import BlockKind, blocks

_TEXT = (BlockKind.PARAGRAPH, BlockKind.ROW, BlockKind.HTML)
# What people mean as headings, items and rows although Markdown takes it for lines of a paragraph.
_BOLD_LINE = re.compile(r"^\s*\*\*[^*]+\*\*:?\s*$|^\s*__[^_]+__:?\s*$")
_ITEM = re.compile(r"^\s*(?:(?:[•–]|\d+[.)])\s+(?:\[[ xX]\]\s+)?|(?:[☐□☑✓✔✅❌✗]|\[[ xX]\])\s*)")
_ROW = re.compile(r"^\s*\|.*\|\s*$|^[^|]+\|[^|]+\|.*$")
_LABEL = re.compile(r"^\s{0,6}[A-Za-z][\w &/-]{0,22}:\s")
_UNDONE = re.compile(r"^\s*(?:(?:•|\d+[.)])\s+)?(?:\[ \]|[☐□❌✗])")
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(style|script|template|noscript)\b[^>]*>.*?(?:</\1>|\Z)|"
    r"<(\w+)\b[^>]*\b(?:style|hidden|color|class|bgcolor|size)\b[^>]*>.*?(?:</\2>|\Z)|"
    r"^\s{0,3}\[[^\]\n]*\]:\s*\S[^\n]*$|!\[[^\]]*\]\([^)]*\)|<[^>\n]{0,2000}>|\\(?:color|textcolor|phantom)\{[^}]*\}\{?[^}\n]*\}?",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(
    r"(?<=[.!?;])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)[\"”’)*_`]*(?:\s*\n\s*|\s+(?=[\"“‘(*_\[]*[A-Z0-9`/]))"
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_COVERED = re.compile("[\u202d\u202e\U000e0020-\U000e007f]")  # text in them reads otherwise than it is written
MAX_STATEMENTS = 500
MAX_STATEMENT_CHARACTERS = 1_200
MIN_STATEMENT_WORDS = 1


@dataclass(frozen=True)
class Statement:
    """`start` and `end` are offsets in the file; `claim` is what it asserts."""

    start: int
    end: int
    claim: Claim


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    text: str
    block: int  # the paragraph, item or row that it stands in
    undone: bool = False


def statements(text: str, *, guarded: bool = True) -> list[Statement]:
    """In order; code, quotes and headings are no statements, and what says nothing of today is left out.

    `guarded`: text that a reader does not see, or that speaks to the reviewer, is left out too.
    """
    visible = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text) if guarded else text
    pieces = list(itertools.islice(_pieces(visible), 2 * MAX_STATEMENTS))
    spoiled = _spoiled_by_neighbours(pieces)
    return [
        Statement(piece.start, piece.end, claim)
        for index, piece in enumerate(pieces)
        if index not in spoiled and not piece.undone and (claim := read_claim(piece.text, guarded=guarded)) is not None
    ]


def _spoiled_by_neighbours(pieces: list[_Piece]) -> set[int]:
    """Sentences that go on about a former system, and proposals that the next sentence turns down."""
    spoiled, scope = set[int](), -1
    for index, piece in enumerate(pieces):
        if scope == piece.block and not ends_scope(piece.text):
            spoiled.add(index)
        else:
            scope = piece.block if opens_scope(piece.text) else -1
        if index and piece.block == pieces[index - 1].block and rejects(piece.text):
            spoiled.add(index - 1)
    return spoiled


def _pieces(text: str) -> Iterator[_Piece]:
    for block, (start, raw) in enumerate(_parts(text)):
        item = _ITEM.match(raw)
        undone = _UNDONE.match(raw) is not None
        begin = item.end() if item else 0
        cuts = [begin, *(match.end() for match in _SENTENCE_END.finditer(raw, begin)), len(raw)]
        for left, right in itertools.pairwise(cuts):
            piece = raw[left:right]
            said = _readable(piece)
            if len(said.split()) >= MIN_STATEMENT_WORDS and not _COVERED.search(piece):
                yield _Piece(start + left, start + left + len(piece.rstrip()), said, block, undone)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """(offset, paragraph or item or row): wrapped lines of a paragraph are joined by their own newline."""
    for block in blocks(text, indented_code=False):
        underlined = block.kind is BlockKind.HEADING and "\n" in block.content  # a paragraph above a rule, in truth
        if not block.quoted and (block.kind in _TEXT or underlined):
            yield from _apart(block.start, text[block.start : block.end])


def _apart(offset: int, paragraph: str) -> Iterator[tuple[int, str]]:
    start, held = offset, ""
    for line in paragraph.splitlines(keepends=True):
        drawn = _BOLD_LINE.match(line) or not any(map(str.isalnum, line))
        if held and (drawn or _ITEM.match(line) or _ROW.match(line) or _LABEL.match(line)):
            yield start, held
            held = ""
        if not drawn:
            start, held = (start, held + line) if held else (offset, line)
        offset += len(line)
    if held:
        yield start, held


def _readable(raw: str) -> str:
    bare = _INVISIBLE.sub("", raw).replace("|", " ; ")
    straight = bare.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    said = " ".join(
        re.sub(r"(\*\*|__|`|(?<!\w)\*|\*(?!\w)|(?<!\w)_(?=\w)|(?<=\w)_(?!\w))", "", straight).split()
    ).strip(" ;")
    return said[:MAX_STATEMENT_CHARACTERS]
