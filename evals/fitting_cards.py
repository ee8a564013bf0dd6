"""`python -m evals.fitting_cards`: learns how answer cards are ranked, and how sure a found one is.

From second hands' questions in `cases/cards/tuned` and from each card's own phrasings, each left out while it is asked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from evals.cases import CASES, load
from knowledge.course.loader import load_course
from knowledge.course.pack import Course
from knowledge.retrieval.cards import LEARNED, CardFinder, CardRanking, CardSignals
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.packed_vectors import FILE, PackedVectors

OWN_PHRASINGS = 1_200  # of all cards; they are the author's own words, so a part is enough
NAMES = tuple(field.name for field in fields(CardSignals))
_UNRANKED = CardRanking(dict.fromkeys(NAMES, 1.0), dict.fromkeys(("score", "lead", "asked", "sign", "constant"), 0.0))


@dataclass(frozen=True)
class Asked:
    """A question, the cards that answer it, and the row of the phrasing that it is, to leave out."""

    question: str
    right: frozenset[str]
    without: int | None = None


def finder_of(course: Course) -> CardFinder:
    embed = PackedVectors(Embedding(), course.lessons[0].folder.parents[1] / FILE)
    return CardFinder([*course.cards, *course.lessons[0].cards], embed, _UNRANKED)


def questions(half: str) -> list[Asked]:
    """Second hands' questions; without a right card, none of the material answers."""
    return [
        Asked(str(case["question"]), frozenset(filter(None, (case["card"], *(case.get("also") or ())))))
        for path in sorted((CASES / "cards" / half).glob("*.yaml"))
        for case in load(f"cards/{half}/{path.name}")
    ]


def own_phrasings(finder: CardFinder) -> Iterator[Asked]:
    rows = [(asked, card.id) for card in finder.cards.values() for asked in card.asks]
    for row in random.Random(7).sample(range(len(rows)), min(OWN_PHRASINGS, len(rows))):
        yield Asked(rows[row][0], frozenset({rows[row][1]}), row)


def main() -> None:
    course = load_course()
    finder, ids = finder_of(course), [card.id for card in (*course.cards, *course.lessons[0].cards)]
    embed = Embedding()
    asked = [*questions("tuned"), *own_phrasings(finder), *(Asked(text, frozenset()) for text in course.outside)]
    candidates = [_candidates(finder, one, embed([one.question])[0], ids) for one in asked]
    ranking = _ranking(candidates)
    sureness = _sureness(candidates, ranking)
    LEARNED.write_text(yaml.safe_dump({"ranking": ranking, "sureness": sureness}, sort_keys=False), "utf-8")


def _candidates(
    finder: CardFinder, asked: Asked, vector: NDArray[np.float32], ids: Sequence[str]
) -> list[tuple[CardSignals, bool]]:
    found = finder.signals(asked.question, vector, without=asked.without)
    return [(signals, ids[place] in asked.right) for place, signals in found]


def _ranking(candidates: Sequence[Sequence[tuple[CardSignals, bool]]]) -> dict[str, float]:
    """Pairs of a right and a wrong card of the same question: only their difference matters."""
    pairs = [
        np.array([getattr(right, name) - getattr(wrong, name) for name in NAMES])
        for found in candidates
        for right, is_right in found
        if is_right
        for wrong, also_right in found
        if not also_right
    ]
    rows = np.array([*pairs, *(-pair for pair in pairs)])
    labels = np.array([1] * len(pairs) + [0] * len(pairs))
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1_000).fit(rows, labels)
    return {name: round(float(weight), 4) for name, weight in zip(NAMES, fitted.coef_[0], strict=True)}


def _sureness(
    candidates: Sequence[Sequence[tuple[CardSignals, bool]]], ranking: dict[str, float]
) -> dict[str, float]:
    scorer = CardRanking(ranking, {})
    rows, labels = [], []
    for found in candidates:
        ranked = sorted(found, key=lambda pair: -scorer.score(pair[0]))
        best, following = scorer.score(ranked[0][0]), scorer.score(ranked[1][0])
        rows.append([best, best - following, ranked[0][0].asked, ranked[0][0].sign])
        labels.append(ranked[0][1])
    fitted = LogisticRegression(C=10.0, max_iter=1_000)
    told = cross_val_predict(fitted, rows, labels, cv=5, method="predict_proba")[:, 1]
    _report(np.array(told), np.array(labels))
    fitted.fit(rows, labels)
    names = ("score", "lead", "asked", "sign")
    weights = {name: round(float(weight), 4) for name, weight in zip(names, fitted.coef_[0], strict=True)}
    return {**weights, "constant": round(float(fitted.intercept_[0]), 4)}


def _report(told: NDArray[np.float64], labels: NDArray[np.bool_]) -> None:
    """How often a card is right, by how sure it claims to be; every row was left out when it was told."""
    for least in (0.0, 0.3, 0.5, 0.6, 0.7, 0.8):
        sure = told >= least
        print(f"share ≥ {least:.1f}: {sure.mean():.2f} of the questions, right {labels[sure].mean():.3f}")


if __name__ == "__main__":
    main()
