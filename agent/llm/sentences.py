"""Sentences out of a stream: each is handed on once it has ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.markdown import Block, code_blocks

_END = re.compile(r"(?<=[.!?])[\"”’)*_]*(?:\s*\[\d+\])*\s+(?!\[\d)|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|no|dr|mr|ms|st)|\b[A-Z]|\d)\.$", re.IGNORECASE)


def sentences_of(pieces: Iterable[str]) -> Iterator[str]:
    """In order; an open code fence is one sentence with all that it holds, a marker [1] belongs to what it follows."""
    held = ""
    for piece in pieces:
        held += piece
        while (cut := _cut(held)) is not None:
            sentence, held = held[:cut].strip(), held[cut:]
            if sentence:
                yield sentence
    if held.strip():
        yield held.strip()


def _cut(held: str) -> int | None:
    """Where the first sentence ends for sure: something must follow that is not its marker."""
    code = code_blocks(held, indented=False)
    for match in _END.finditer(held):
        before = held[: match.start()]
        if match.end() == len(held) and "\n" not in match.group():
            return None  # a marker may still come
        if any(_holds(block, match.start()) for block in code) or _ABBREVIATION.search(before):
            continue
        return match.end()
    return None


def _holds(code: Block, place: int) -> bool:
    return code.start <= place < code.end or (code.start <= place and not code.is_closed)
