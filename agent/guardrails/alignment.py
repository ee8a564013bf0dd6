"""How one row of words follows another: the longest common subsequence, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Alignment:
    """`begins` with the first word; `share` of the words that follow; `density` of the covered part; `gap`: most words
    left out in a row."""

    begins: bool
    share: float
    density: float
    gap: int


def aligned(said: Sequence[str], held: Sequence[str]) -> Alignment:
    pairs = _pairs(said, held)
    if not pairs:
        return Alignment(False, 0.0, 0.0, 0)
    places = [place for _, place in pairs]
    gap = max((after - before - 1 for before, after in pairwise(places)), default=0)
    density = len(places) / (places[-1] - places[0] + 1)
    return Alignment(pairs[0][0] == 0, len(places) / len(said), density, gap)


def _pairs(said: Sequence[str], held: Sequence[str]) -> list[tuple[int, int]]:
    """Where the common words stand in both."""
    lengths = _lengths(said, held)
    row, column, pairs = len(said), len(held), list[tuple[int, int]]()
    while row and column:
        if said[row - 1] == held[column - 1]:
            pairs.append((row - 1, column - 1))
            row, column = row - 1, column - 1
        elif lengths[row - 1][column] >= lengths[row][column - 1]:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]


def _lengths(said: Sequence[str], held: Sequence[str]) -> list[list[int]]:
    lengths = [[0] * (len(held) + 1) for _ in range(len(said) + 1)]
    for row, word in enumerate(said):
        for column, other in enumerate(held):
            longer = max(lengths[row][column + 1], lengths[row + 1][column])
            lengths[row + 1][column + 1] = lengths[row][column] + 1 if word == other else longer
    return lengths
