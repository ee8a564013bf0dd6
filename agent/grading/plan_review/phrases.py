"""Words and pairs of words of a sentence, weighed by how rare they are: what meaning alone blurs, they tell apart."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

LEAST_TEXTS = 3  # what fewer texts say is chance; chosen, not measured
_WORD = re.compile(r"--\w[\w-]*|\w[\w./-]*\w|\w")


@dataclass(frozen=True)
class Phrases:
    """Which phrases are known, and the weight of each; the same texts give the same."""

    names: tuple[str, ...]
    rarity: NDArray[np.float64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Inverse document frequency, smoothed, of every phrase that several of the texts hold."""
        counts = Counter(name for text in texts for name in set(_phrases(text)))
        names = tuple(sorted(name for name, count in counts.items() if count >= LEAST_TEXTS))
        seen = np.array([counts[name] for name in names], dtype=np.float64)
        return cls(names, np.log((1 + len(texts)) / (1 + seen)) + 1)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    def shares(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(places, shares): the known phrases of a text and how much of it each is, as a vector of length one."""
        counts = Counter(self._place[name] for name in _phrases(text) if name in self._place)
        places = np.array(sorted(counts), dtype=np.int64)
        weights = np.array([1 + np.log(counts[at]) for at in sorted(counts)]) * self.rarity[places]
        length = float(np.linalg.norm(weights))
        return places, weights / length if length else weights


def _phrases(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    yield from words
    yield from (" ".join(pair) for pair in itertools.pairwise(words))
