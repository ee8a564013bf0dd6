"""A plan as numbered passages: what code takes for a statement of its author, and what it stands under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.grading.plan_review.statements import Statement
from knowledge.markdown import BlockKind, blocks

FEWEST_WORDS = 3  # of a quote
_MARKS = re.compile(r"[*_`“”\"]")


@dataclass(frozen=True)
class Passage:
    """`statement` is None in a sentence of ours."""

    number: int
    under: str
    text: str
    statement: Statement | None = None

    def holds(self, words: str, *, denying: bool) -> bool:
        """Whether these very words stand in what it affirms; where a facet is shown by a denial, in all of it."""
        if self.statement is None or len(words.split()) < FEWEST_WORDS:
            return False
        claim = self.statement.claim
        return flat(words) in flat(claim.whole if denying else claim.affirmed)


def passages_of(text: str, statements: Sequence[Statement]) -> list[Passage]:
    """Each with the headings above it, and with what may take it back."""
    headings = _headings(text)
    return [
        Passage(number, _framed(_under(headings, found.start), found), found.claim.whole, found)
        for number, found in enumerate(statements, start=1)
    ]


def _framed(under: str, statement: Statement) -> str:
    """A lead sentence, a column's head or a legend stands with the headings."""
    words = " ".join(statement.frame.words.split()) if statement.frame else ""
    return " / ".join(part for part in (under, words if words not in under else "") if part)


def planted(passages: Sequence[Passage], sentence: str, place: int) -> tuple[list[Passage], int]:
    """The passages with a sentence of ours among them, numbered anew, and its number."""
    at = place % (len(passages) + 1)
    neighbour = passages[min(at, len(passages) - 1)]
    mixed = [*passages[:at], Passage(0, neighbour.under, sentence), *passages[at:]]
    return [replace(passage, number=number) for number, passage in enumerate(mixed, start=1)], at + 1


def flat(text: str) -> str:
    return " ".join(_MARKS.sub("", text).lower().split()).strip(" .")


def _headings(text: str) -> list[tuple[int, int, str]]:
    """(offset, level, words), in order."""
    return [
        (block.start, block.level, " ".join(block.content.split()))
        for block in blocks(text, indented_code=False)
        if block.kind is BlockKind.HEADING and "\n" not in block.content
    ]


def _under(headings: Sequence[tuple[int, int, str]], place: int) -> str:
    path: list[tuple[int, str]] = []
    for start, level, words in headings:
        if start > place:
            break
        path = [*(known for known in path if known[0] < level), (level, words)]
    return " / ".join(words for _, words in path)
