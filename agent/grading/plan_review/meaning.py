"""How near a statement is to what a facet asks for: one linear scorer a facet, learnt from sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.grading.plan_review.guide import Guide, Sentence
from agent.grading.plan_review.patterns import Patterns
from agent.grading.plan_review.phrases import Phrases

Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # texts -> one unit vector a row
Vector = NDArray[np.float64]
Name = tuple[str, str]  # criterion, facet

# Chosen by leaving out the plans of one hand at a time; what they come to, `tutor eval review` says.
_RIDGE = 0.5  # where a lesson has examples alone
_TAUGHT_RIDGE = 1.5  # where labelled sentences bring phrases, and with them thousands of features


@dataclass(frozen=True)
class Features:
    """Of a sentence: its meaning with a constant for the bias, and the known phrases in it with their shares."""

    meaning: Vector
    places: NDArray[np.int64]
    shares: Vector

    def dense(self, phrases: int) -> Vector:
        row = np.zeros(len(self.meaning) + phrases)
        row[: len(self.meaning)] = self.meaning
        row[len(self.meaning) + self.places] = self.shares
        return row


@dataclass(frozen=True)
class Learnt:
    """A scorer for each facet that was shown or said; no phrases are known where no sentence was labelled."""

    weights: Mapping[Name, Vector]
    phrases: Phrases

    @property
    def is_taught(self) -> bool:
        return bool(self.phrases.names)

    def features(self, text: str, embed: Embed) -> Features:
        return _features(text, self.phrases, embed)

    def nearness(self, name: Name, features: Features) -> float | None:
        """About 1 where a sentence says it, about -1 where it does not; None where the facet has no scorer."""
        weights = self.weights.get(name)
        if weights is None:
            return None
        meant = len(features.meaning)
        return float(weights[:meant] @ features.meaning + weights[meant + features.places] @ features.shares)


@dataclass(frozen=True)
class _Example:
    owner: Name
    supports: bool
    text: str


def learn(guides: Mapping[str, Guide], sentences: Sequence[Sentence], embed: Embed) -> Learnt:
    """The same guides and sentences give the same scorers; two thousand sentences take about a minute."""
    examples = list(_examples(guides))
    texts = [example.text for example in examples] + [sentence.text for sentence in sentences]
    phrases = Phrases.of(texts if sentences else [])
    rows = [_features(text, phrases, embed).dense(len(phrases.names)) for text in texts]
    vectors = np.vstack(rows) if rows else np.zeros((0, 1))
    weights = {}
    for criterion, guide in guides.items():
        for facet in (*guide.facets, *guide.vetoes):
            chosen, wanted = _lesson_of((criterion, facet.id), examples, sentences, Patterns.of(guide, facet))
            if (wanted > 0).any():
                ridge = _TAUGHT_RIDGE if sentences else _RIDGE
                weights[criterion, facet.id] = _fit(vectors[chosen], wanted, ridge)
    return Learnt(weights, phrases)


def _features(text: str, phrases: Phrases, embed: Embed) -> Features:
    """One text at a time: the model's arithmetic lets texts of one batch colour each other."""
    return Features(np.append(embed([text])[0].astype(np.float64), 1.0), *phrases.shares(text))


def _examples(guides: Mapping[str, Guide]) -> list[_Example]:
    return [
        _Example((criterion, facet.id), supports, text)
        for criterion, guide in guides.items()
        for facet in guide.facets
        for supports, texts in ((True, facet.examples), (False, facet.near_misses))
        for text in texts
    ]


def _lesson_of(
    name: Name, examples: Sequence[_Example], sentences: Sequence[Sentence], patterns: Patterns
) -> tuple[list[int], Vector]:
    """Its own examples and every sentence, and other facets' examples unless its patterns fit them too."""
    chosen = [at for at, one in enumerate(examples) if one.owner == name or not patterns.supports(one.text)]
    supports = [examples[at].owner == name and examples[at].supports for at in chosen]
    chosen += range(len(examples), len(examples) + len(sentences))
    supports += [".".join(name) in sentence.says for sentence in sentences]
    return chosen, np.where(supports, 1.0, -1.0)


def _fit(vectors: Vector, wanted: Vector, ridge: float) -> Vector:
    """Ridge regression in its dual form; the few supporting texts weigh more than the many others."""
    weights = np.where(wanted > 0, np.sqrt((wanted < 0).sum() / max(1, (wanted > 0).sum())), 1.0)
    kernel = vectors @ vectors.T
    fitted: Vector = vectors.T @ np.linalg.solve(kernel + ridge * np.diag(1 / weights), wanted)
    return fitted
