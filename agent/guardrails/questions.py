"""One question a message, and none twice."""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.domain.wording import digest_of
from knowledge.markdown import BlockKind, blocks

_SENTENCE = re.compile(r"(?<=[.!?])(?P<end>[_*”\"]*)\s+(?=[A-Z“\"`_*\d(])")
_QUOTED = re.compile(r"“[^”]*”|`[^`]*`|\"[^\"]*\"|\[[^\]]*\]\([^)]*\)|^>.*$", re.MULTILINE)


def settle(text: str, asked: Collection[str]) -> tuple[str, list[str]]:
    """`text` without questions that were put before, and the questions that are left.

    Of several outside a list only the last is kept; each item of a list may have its own.
    """
    raw, items = text.split("\n"), _items(text)
    lines = [_pieces(line, items.get(row, "")) for row, line in enumerate(raw)]
    loose = [
        (row, column)
        for row, line in enumerate(lines)
        if row not in items
        for column, piece in enumerate(line)
        if is_question(piece)
    ]
    kept: list[str] = []
    settled = []
    for row, line in enumerate(lines):
        stays = []
        for column, piece in enumerate(line):
            if not is_question(piece):
                stays.append(piece)
            elif digest_of(piece) not in asked and ((row, column) not in loose or (row, column) == loose[-1]):
                stays.append(piece)
                kept.append(piece.strip())
        settled.append(" ".join(stays) if len(stays) < len(line) else raw[row])
    return _closed_up("\n".join(settled)), kept


def is_question(piece: str) -> bool:
    """Ends in a question mark of its own; what is quoted is somebody's words."""
    return _QUOTED.sub("x", piece).rstrip(" _*").endswith("?")


def _items(text: str) -> dict[int, str]:
    """The marker of each line that begins an item of a list."""
    return {
        block.lines.start: text[text.rfind("\n", 0, block.start) + 1 : block.start]
        for block in blocks(text, indented_code=False)
        if block.in_item and block.kind is BlockKind.PARAGRAPH
    }


def _pieces(line: str, head: str) -> list[str]:
    first, *rest = _SENTENCE.sub(lambda match: f"{match['end']}\0", line[len(head) :]).split("\0")
    return [head + first, *(piece for piece in rest if piece)]


def _closed_up(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()
