"""Reads an intent from a message's meaning and its letters, by weights that were learned from examples."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]  # texts -> one unit vector a row

WEIGHTS = Path(__file__).with_name("intent_weights.npz")
BUCKETS = 4_096  # of groups of letters
MEANING, LETTERS = 3.0, 3.0  # how much each side counts against the other; chosen, not measured
# Of the odds; the weights aim at 1 for the intent that is meant and at 0 for the others. Chosen, not measured.
SHARPNESS = 6.0
_WORD = re.compile(r"[\w@#']+|[?!]")


class IntentModel:
    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def odds(self, text: str) -> dict[str, float]:
        """Intent → how likely it is, likeliest first; they sum to 1."""
        names, weights = self._learned
        worth = np.append(signals([text], self._embed)[0], 1.0) @ weights
        share = np.exp(SHARPNESS * (worth - worth.max()))
        share /= share.sum()
        return {str(names[place]): float(share[place]) for place in np.argsort(-share)}

    @cached_property
    def _learned(self) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
        with np.load(WEIGHTS) as stored:
            return stored["names"], stored["weights"].astype(np.float64)


def signals(texts: Sequence[str], embed: Embed) -> NDArray[np.float64]:
    """A row a text: what it means, and which groups of letters it holds, so that a slip of the keyboard costs little"""
    letters = np.array([_letters(text.lower()) for text in texts])
    return np.hstack([MEANING * embed(texts), LETTERS * letters])


def _letters(text: str) -> NDArray[np.float64]:
    counts = np.zeros(BUCKETS)
    words = _WORD.findall(text)
    for word in words:
        marked = f"<{word}>"
        for piece in {word, *(marked[place : place + 3] for place in range(len(marked) - 2))}:
            counts[zlib.crc32(piece.encode()) % BUCKETS] += 1
    for pair in pairwise(words):
        counts[zlib.crc32(" ".join(pair).encode()) % BUCKETS] += 1
    norm = float(np.linalg.norm(counts))
    return counts / norm if norm else counts
