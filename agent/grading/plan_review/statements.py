"""A plan as statements with their place: sentences, list items and table rows that a reader would see."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.grading.plan_review.assertions import Claim, ends_scope, opens_scope, read_claim, rejects
from agent.grading.plan_review.framing import Frame, Frames, Framing
from agent.grading.plan_review.markup import visible, without_footnotes
from agent.grading.plan_review.outline import Form, Part, parts
from agent.grading.plan_review.plain_words import is_covered, plainly

MAX_STATEMENTS = 500
MAX_STATEMENT_CHARACTERS = 1_200


@dataclass(frozen=True)
class Statement:
    """`start` and `end` are offsets in the file; `claim` is what it asserts, `frame` what may take it back."""

    start: int
    end: int
    claim: Claim
    frame: Frame | None = None

    @property
    def is_taken_back(self) -> bool:
        return self.frame is not None and self.frame.certain


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    text: str
    block: int  # the paragraph, item or row that it stands in
    frame: Frame | None = None


def statements(text: str, *, guarded: bool = True, framing: Framing | None = None) -> list[Statement]:
    """In order; code, quotes and headings are no statements, and what says nothing of today is left out.

    `guarded`: text that a reader does not see, or that speaks to the reviewer, is left out too.
    With `framing` each is told with its frame; without it only what stands behind an empty box is left out.
    """
    seen = without_footnotes(visible(text)) if guarded else text
    found = parts(seen)
    frames = framing.of(text, seen, found) if framing is not None else Frames()
    open_too = framing is not None
    read = [part for part in found if open_too or part.done is not False]
    pieces = list(itertools.islice(_pieces(seen, read, frames), 2 * MAX_STATEMENTS))
    spoiled = _spoiled_by_neighbours(pieces)
    return [
        Statement(piece.start, piece.end, claim, piece.frame)
        for index, piece in enumerate(pieces)
        if index not in spoiled and (claim := read_claim(piece.text, guarded=guarded)) is not None
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


def _pieces(text: str, found: Sequence[Part], frames: Frames) -> Iterator[_Piece]:
    for block, part in enumerate(found):
        if part.is_heading or part.quoted or part.form is Form.ADMONITION:
            continue
        for left, right in part.sentences():
            raw = text[left:right]
            end = left + len(raw.rstrip())
            said = plainly(_without(raw, left, frames.within(left, end)))[:MAX_STATEMENT_CHARACTERS]
            if said and not is_covered(raw):
                yield _Piece(left, end, said, block, frames.over(left, end))


def _without(raw: str, offset: int, stretches: Iterator[tuple[int, int]]) -> str:
    for left, right in stretches:
        raw = raw[: left - offset] + " " * (right - left) + raw[right - offset :]
    return raw
