"""`python -m evals.fitting_cards`: learns how answer cards are ranked, and how sure a found one is.

From the questions in `cases/cards/tuned`, whose annotators saw what the cards say and not how they are asked for, and
from what the course does not teach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from evals.cases import CASES, load
from knowledge.course.loader import load_course
from knowledge.course.pack import Course
from knowledge.retrieval import card_votes
from knowledge.retrieval.cards import LEARNED, CardFinder, CardRanking, CardSignals, Sureness
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.library import cards_of, pack_of, packed

NAMES = tuple(field.name for field in fields(CardSignals))
_UNRANKED = CardRanking(dict.fromkeys(NAMES, 1.0), {})
HEAD = "# Learnt by `python -m evals.fitting_cards`; not written by hand.\n"


@dataclass(frozen=True)
class Asked:
    """A question and the cards that answer it; none where nothing of the material does."""

    question: str
    right: frozenset[str]


def finder_of(course: Course, ranking: CardRanking = _UNRANKED) -> CardFinder:
    """The list of what is not taught is learnt from by its one half, and compared with by its other."""
    cards = list(cards_of(course, course.lessons[0].id))
    votes = pack_of(course) / card_votes.FILE
    return CardFinder(cards, packed(course, Embedding()), ranking, course.outside[1::2], votes)


def questions(half: str) -> list[Asked]:
    """By annotators who saw only what the cards say."""
    return [
        Asked(str(case["question"]), frozenset(filter(None, (case["card"], *(case.get("also") or ())))))
        for path in sorted((CASES / "cards" / half).glob("*.yaml"))
        for case in load(f"cards/{half}/{path.name}")
    ]


def main() -> None:
    course = load_course()
    finder, embed = finder_of(course), Embedding()
    asked = [*questions("tuned"), *(Asked(text, frozenset()) for text in course.outside[::2])]
    vectors = embed([one.question for one in asked])
    ids = list(finder.cards)
    found = [
        [(signals, ids[place] in one.right) for place, signals in finder.signals(one.question, vector)]
        for one, vector in zip(asked, vectors, strict=True)
    ]
    ranking = _ranking(found)
    finder = finder_of(course, CardRanking(ranking, {}))
    sureness = _sureness(finder, asked, vectors)
    LEARNED.write_text(HEAD + yaml.safe_dump({"ranking": ranking, "sureness": sureness}, sort_keys=False), "utf-8")


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


def _sureness(finder: CardFinder, asked: Sequence[Asked], vectors: NDArray[np.float32]) -> dict[str, float]:
    """Not from the list of what is not taught: each of its texts is nearest to itself."""
    names, ids = [field.name for field in fields(Sureness)], list(finder.cards)
    rows, labels = [], []
    for one, vector in zip(asked, vectors, strict=True):
        ranked = finder.ranked(one.question, vector)
        told = finder.sureness(one.question, vector, ranked)
        rows.append([getattr(told, name) for name in names])
        labels.append(ids[ranked[0][2]] in one.right)
    fitted = LogisticRegression(C=10.0, max_iter=1_000)
    _report(cross_val_predict(fitted, rows, labels, cv=5, method="predict_proba")[:, 1], np.array(labels))
    fitted.fit(rows, labels)
    weights = {name: round(float(weight), 4) for name, weight in zip(names, fitted.coef_[0], strict=True)}
    return {**weights, "constant": round(float(fitted.intercept_[0]), 4)}


def _report(told: NDArray[np.float64], labels: NDArray[np.bool_]) -> None:
    """How often a card is right, by how sure it claims to be; every row was left out when it was told."""
    for least in (0.0, 0.3, 0.5, 0.6, 0.7, 0.8):
        sure = told >= least
        kept = labels[sure].sum() / max(1, labels.sum())
        print(f"share ≥ {least:.1f}: right {labels[sure].mean():.3f}, of those that could be right kept {kept:.2f}")


if __name__ == "__main__":
    main()
