"""Markdown by its parser: the blocks of a text with their place, and inline markup as it reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_NESTING = 20  # of lists, two for each, and quotations; what is deeper is left out
_NEWLINE = re.compile(r"\r\n?|\n")  # as the parser counts lines
_IDENTIFIER = re.compile(r"\s*\{#([\w-]+)\}$")  # of Hugo and of our lessons
_UNREAD = ["reference", "inline"]  # `[1]: …` is a source here and stays text


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"  # of an item or a quotation too
    ROW = "row"  # of a table, its head too; the line between is none
    CODE = "code"  # fenced or indented
    HTML = "html"
    RULE = "rule"


_KINDS = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "tr_open": BlockKind.ROW,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "html_block": BlockKind.HTML,
    "hr": BlockKind.RULE,
}


@dataclass(frozen=True)
class Block:
    """`lines` count from 0; `start` and `end` are characters of the text.

    Of headings and paragraphs these are what is said, without markers and underlines; of all else whole lines.
    `content` is code without its fences, and text without what indents its lines.
    """

    kind: BlockKind
    lines: range
    start: int
    end: int
    content: str
    level: int = 0  # of a heading, 1 to 6
    items: tuple[int, ...] = ()  # the list items that it stands in, outermost first, by number
    quoted: bool = False
    is_head: bool = False  # of a row: whether it names the columns

    @property
    def in_item(self) -> bool:
        return bool(self.items)

    @property
    def is_closed(self) -> bool:
        """Whether code ends in a fence and not with the text."""
        return len(self.lines) > 1 + self.content.removesuffix("\n").count("\n") + (self.content != "")


def blocks(text: str, *, indented_code: bool = True) -> Iterator[Block]:
    """In order, none inside another. Without `indented_code` what is indented is prose."""
    source, around = _Source(text), _Around()
    tokens = _block_parser(indented_code=indented_code).parse(text)
    for index, token in enumerate(tokens):
        around.pass_by(index, token)
        if token.type in _KINDS:
            block = source.block(token, tokens[index + 1] if token.nesting else token)
            yield replace(block, items=tuple(around.items), quoted=around.quotes > 0, is_head=around.heads > 0)


class _Around:
    """What the tokens so far have opened and not closed."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self.quotes = self.heads = 0

    def pass_by(self, index: int, token: Token) -> None:
        self.quotes += token.nesting * token.type.startswith("blockquote")
        self.heads += token.nesting * token.type.startswith("thead")
        if token.type == "list_item_open":
            self.items.append(index)
        elif token.type == "list_item_close":
            self.items.pop()


def code_blocks(text: str, *, indented: bool = True) -> list[Block]:
    return [block for block in blocks(text, indented_code=indented) if block.kind is BlockKind.CODE]


def sections(text: str, levels: Collection[int] = range(1, 7)) -> Iterator[tuple[int, str, str, str]]:
    """(level, heading, explicit id, text) for the headings of `levels`; level 0 is what stands above the first."""
    lines = _NEWLINE.split(text)
    level, title, identifier, begin = 0, "", "", 0
    for block in blocks(text):
        if block.level in levels and not (block.in_item or block.quoted):
            yield level, title, identifier, "\n".join(lines[begin : block.lines.start]).strip()
            named = _IDENTIFIER.search(block.content)
            title = block.content[: named.start()] if named else block.content
            level, identifier, begin = block.level, named[1] if named else "", block.lines.stop
    yield level, title, identifier, "\n".join(lines[begin:]).strip()


def plain(text: str, *, tick: str = "") -> str:
    """Inline markup as it reads: a link is its words, an image nothing, and code stands between two `tick`s."""
    (whole,) = _inline_parser().parseInline(text)
    return "".join(_said(token, tick) for token in whole.children or ()).strip()


def _said(token: Token, tick: str) -> str:
    match token.type:
        case "code_inline":
            return f"{tick}{token.content}{tick}"
        case "softbreak" | "hardbreak":
            return "\n"
        case "image":
            return ""
    return token.content


@cache
def _block_parser(*, indented_code: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").disable(_UNREAD)
    return parser if indented_code else parser.disable("code")


@cache
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


class _Source:
    """Knows where the lines of a text are, without their line breaks."""

    def __init__(self, text: str) -> None:
        breaks = list(_NEWLINE.finditer(text))
        self._text = text
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(text)]

    def block(self, token: Token, inside: Token) -> Block:
        """`inside` is what holds the content: the token after one that opens."""
        kind, lines = _KINDS[token.type], range(*token.map or (0, 0))
        if kind in (BlockKind.HEADING, BlockKind.PARAGRAPH):
            said = inside.content.split("\n")
            numbers = range(*inside.map or (0, 0))
            start = self._place(numbers[0], said[0].strip())
            end = self._place(numbers[-1], said[-1].strip()) + len(said[-1].strip())
            return Block(kind, lines, start, end, inside.content, int(token.tag[1:] or 0))
        start, end = self._starts[lines[0]], self._ends[lines[-1]]
        return Block(kind, lines, start, end, self._text[start:end] if kind is BlockKind.ROW else token.content)

    def _place(self, line: int, said: str) -> int:
        """Where `said`, the last of the line but for the marks that close a heading, begins."""
        return max(self._starts[line], self._text.rfind(said, self._starts[line], self._ends[line]))
