"""What words that stand over others make of them, by weights that were learnt from wordings (frame_weights.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from agent.understanding.act_features import Numbers, Vocabulary, letter_terms, weighed, word_terms
from knowledge.retrieval.embedding import Vectors

WEIGHTS = Path(__file__).with_name("frame_weights.npz")
MEANING, WORDS, LETTERS = 1.5, 1.5, 0.8  # weights of the parts; chosen by leaving out a fifth of the wordings at a time
READ = 240  # characters of a wording
REMEMBERED = 4_096
Embed = Callable[[Sequence[str]], Vectors]


class Kind(StrEnum):
    OWN = "own"  # of one's own system, and there
    PLANNED = "planned"
    ABSENT = "absent"
    REJECTED = "rejected"
    FORMER = "former"
    ELSEWHERE = "elsewhere"
    EXAMPLE = "example"
    REQUIRED = "required"
    DENIED = "denied"
    HYPOTHETICAL = "hypothetical"
    REVIEWER = "reviewer"
    STATE = "state"  # asks whether something is there: the head of a column


class Voice(StrEnum):
    """Words that head others, and sentences that point at others, say the same in different words."""

    HEAD = "head"
    SENTENCE = "sentence"


@dataclass(frozen=True)
class Reading:
    """`kind` is the likeliest that takes something back, `chance` how likely it is that any does."""

    kind: Kind
    chance: float
    asks: float = 0.0


class FrameModel:
    def __init__(self, embed: Embed, weights: Path = WEIGHTS) -> None:
        self._embed, self._file = embed, weights
        self.read = lru_cache(REMEMBERED)(self._read)

    def _read(self, voice: Voice, said: str) -> Reading:
        kinds = [Kind(str(name)) for name in self._weights[f"{voice}_kinds"]]
        features = row(said, self._embed([said[:READ]])[0], self._vocabulary[voice])
        scores = features @ self._weights[voice] + self._weights[f"{voice}_bias"]
        raised = np.exp(scores - scores.max())
        odds = {kind: float(share) for kind, share in zip(kinds, raised / raised.sum(), strict=True)}
        asks = odds.pop(Kind.STATE, 0.0)
        own = odds.pop(Kind.OWN)
        return Reading(max(odds, key=lambda kind: odds[kind]), 1 - own - asks, asks)

    @cached_property
    def _weights(self) -> dict[str, Any]:
        with np.load(self._file, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}

    @cached_property
    def _vocabulary(self) -> dict[Voice, Vocabulary]:
        return {
            voice: Vocabulary(*(self._terms(f"{voice}_{name}") for name in ("words", "letters"))) for voice in Voice
        }

    def _terms(self, name: str) -> dict[str, tuple[int, float]]:
        listed = zip(self._weights[name], self._weights[f"{name}_rarity"], strict=True)
        return {str(term): (column, float(rarity)) for column, (term, rarity) in enumerate(listed)}


def row(said: str, meaning: Vectors, vocabulary: Vocabulary) -> Numbers:
    """A wording as numbers; the same for fitting and for reading."""
    low = said[:READ].lower()
    words, letters = weighed(word_terms(low), vocabulary.words), weighed(letter_terms(low), vocabulary.letters)
    return np.concatenate([MEANING * meaning, WORDS * words, LETTERS * letters]).astype(np.float32)
