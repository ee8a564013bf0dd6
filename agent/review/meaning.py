"""How near a statement is in meaning to what a facet asks for: one linear scorer a facet, learnt from its examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.review.guide import Guide
from agent.review.patterns import Patterns

Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # texts -> one unit vector a row
Vector = NDArray[np.float64]
Name = tuple[str, str]  # criterion, facet

_RIDGE = 0.5


@dataclass(frozen=True)
class _Example:
    owner: Name
    supports: bool
    text: str


def learn(guides: Mapping[str, Guide], embed: Embed) -> dict[Name, Vector]:
    """Weights and a bias for each facet that has examples; the same examples give the same weights."""
    examples = list(_examples(guides))
    vectors = vectors_of([one.text for one in examples], embed)
    learnt = {}
    for criterion, guide in guides.items():
        for facet in guide.facets:
            if facet.examples:
                chosen, wanted = _lesson_of((criterion, facet.id), examples, Patterns.of(guide, facet))
                learnt[criterion, facet.id] = _fit(vectors[chosen], wanted)
    return learnt


def vectors_of(texts: Sequence[str], embed: Embed) -> Vector:
    """One by one: the model's arithmetic lets texts of one batch colour each other."""
    rows = [np.append(embed([text])[0].astype(np.float64), 1.0) for text in texts]
    return np.vstack(rows) if rows else np.zeros((0, 1))


def _examples(guides: Mapping[str, Guide]) -> list[_Example]:
    return [
        _Example((criterion, facet.id), supports, text)
        for criterion, guide in guides.items()
        for facet in guide.facets
        for supports, texts in ((True, facet.examples), (False, facet.near_misses))
        for text in texts
    ]


def _lesson_of(name: Name, examples: Sequence[_Example], patterns: Patterns) -> tuple[list[int], Vector]:
    """Its own examples, and those of other facets as counter-examples unless its patterns fit them too."""
    chosen = [at for at, one in enumerate(examples) if one.owner == name or not patterns.supports(one.text)]
    supports = [examples[at].owner == name and examples[at].supports for at in chosen]
    return chosen, np.where(supports, 1.0, -1.0)


def _fit(vectors: Vector, wanted: Vector) -> Vector:
    """Ridge regression in its dual form; the few supporting examples weigh more than the many others."""
    weights = np.where(wanted > 0, np.sqrt((wanted < 0).sum() / max(1, (wanted > 0).sum())), 1.0)
    kernel = vectors @ vectors.T
    fitted: Vector = vectors.T @ np.linalg.solve(kernel + _RIDGE * np.diag(1 / weights), wanted)
    return fitted
