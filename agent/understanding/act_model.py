"""Reads acts by weights that were learnt from labelled messages; inference is one matrix product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from agent.understanding.act_features import BEFORE, READ, Numbers, Vocabulary, row
from agent.understanding.acts import STAFF, About, Act, Message, Reading
from agent.understanding.known_words import in_known_words
from knowledge.retrieval.embedding import Vectors

WEIGHTS = Path(__file__).with_name("act_weights.npz")
Embed = Callable[[Sequence[str]], Vectors]


class ActModel:
    def __init__(self, embed: Embed, weights: Path = WEIGHTS) -> None:
        self._embed, self._file = embed, weights

    def read(self, message: Message) -> Reading:
        """Acts that need an instructor's role are no reading of anybody else's message."""
        features = self._features(message)
        odds = self._odds(features, message)
        about = self._softmax(features @ self._weights["about"] + self._weights["about_bias"])
        act = max(odds, key=lambda name: odds[name])
        return Reading(
            act,
            self._abouts[int(np.argmax(about))],
            odds,
            {name: float(chance) for name, chance in zip(self._abouts, about, strict=True)},
        )

    def _features(self, message: Message) -> Numbers:
        before = message.before[-BEFORE:]
        message = replace(message, text=in_known_words(message.text))
        text, *rest = self._embed([message.text[:READ], *([before] if before else [])])
        return row(message, text, rest[0] if rest else np.zeros_like(text), self._vocabulary)

    def _odds(self, features: Numbers, message: Message) -> dict[Act, float]:
        chances = self._softmax(features @ self._weights["act"] + self._weights["act_bias"])
        odds = {
            act: float(chance)
            for act, chance in zip(self._acts, chances, strict=True)
            if message.instructor or act not in STAFF
        }
        whole = sum(odds.values())
        return {act: odds[act] / whole for act in sorted(odds, key=lambda name: -odds[name])}

    def _softmax(self, scores: Numbers) -> Numbers:
        raised = np.exp(scores - scores.max())
        chances: Numbers = raised / raised.sum()
        return chances

    @cached_property
    def _weights(self) -> dict[str, Any]:
        with np.load(self._file, allow_pickle=False) as kept:
            return {name: _wide(kept[name]) for name in kept.files}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(*(self._terms(name) for name in ("words", "letters")))

    def _terms(self, name: str) -> dict[str, tuple[int, float]]:
        listed = zip(self._weights[name], self._weights[f"{name}_rarity"], strict=True)
        return {str(term): (column, float(rarity)) for column, (term, rarity) in enumerate(listed)}

    @cached_property
    def _acts(self) -> list[Act]:
        return [Act(name) for name in self._weights["acts"]]

    @cached_property
    def _abouts(self) -> list[About]:
        return [About(name) for name in self._weights["abouts"]]


def _wide(kept: Any) -> Any:
    """Weights are kept in half precision."""
    return kept.astype(np.float32) if kept.dtype == np.float16 else kept
