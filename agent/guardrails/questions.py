"""One question a message, and none twice."""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.domain.wording import digest_of

_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")
_SENTENCE = re.compile(r"(?<=[.!?])(?P<end>[_*”\"]*)\s+(?=[A-Z“\"`_*\d(])")
_QUOTED = re.compile(r"“[^”]*”|`[^`]*`|\"[^\"]*\"|\[[^\]]*\]\([^)]*\)|^>.*$", re.MULTILINE)


def settle(text: str, asked: Collection[str]) -> tuple[str, list[str]]:
    """`text` without questions that were put before, and the questions that are left.

    Of several outside a list only the last is kept; each item of a list may have its own.
    """
    raw = text.split("\n")
    lines = [_pieces(line) for line in raw]
    loose = [
        (row, column)
        for row, line in enumerate(lines)
        if not _ITEM.match(raw[row])
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


def _pieces(line: str) -> list[str]:
    item = _ITEM.match(line)
    head = item.group() if item else ""
    first, *rest = _SENTENCE.sub(lambda match: f"{match['end']}\0", line[len(head) :]).split("\0")
    return [head + first, *(piece for piece in rest if piece)]


def _closed_up(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()
