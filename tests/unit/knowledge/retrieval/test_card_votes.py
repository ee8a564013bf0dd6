"""All ways of asking vote for a card; what is shipped was learnt from just what the pack says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge.course.loader import SHIPPED, load_course
from knowledge.retrieval.card_votes import FILE, CardVotes, Numbers, digest, keep, kept
from knowledge.retrieval.cards import CardFinder
from knowledge.retrieval.library import cards_of

OWNERS = np.array([0, 0, 0, 1, 1, 2])


def _unit(*rows: tuple[float, ...]) -> Numbers:
    vectors: Numbers = np.array(rows, dtype=np.float32)
    lengths: Numbers = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths)


ASKS = _unit((1, 0, 0), (1, 0.2, 0), (1, 0, 0.2), (0, 1, 0), (0.2, 1, 0), (0, 0, 1))


def test_each_way_of_asking_votes_for_its_card() -> None:
    votes = CardVotes.learnt(ASKS, OWNERS, 3)
    for ask, owner in zip(ASKS, OWNERS, strict=True):
        assert int(np.argmax(votes.of([0, 1, 2], ASKS @ ask))) == owner


def test_what_is_kept_votes_the_same(tmp_path: Path) -> None:
    votes = CardVotes.learnt(ASKS, OWNERS, 3)
    name = digest(["a", "b"], [0, 1])
    keep(tmp_path / FILE, {name: votes})
    again = kept(tmp_path / FILE, name)
    assert again is not None
    assert np.array_equal(again.of([0, 1, 2], ASKS @ ASKS[0]), votes.of([0, 1, 2], ASKS @ ASKS[0]))


def test_others_are_not_taken_for_ours(tmp_path: Path) -> None:
    keep(tmp_path / FILE, {digest(["a"], [0]): CardVotes.learnt(ASKS, OWNERS, 3)})
    assert kept(tmp_path / FILE, digest(["a"], [1])) is None
    assert kept(tmp_path / "none.npz", digest(["a"], [0])) is None


def test_the_shipped_votes_are_of_what_the_pack_says() -> None:
    """`python -m evals.packing` makes them anew."""
    course = load_course()
    for lesson in course.lessons:
        finder = CardFinder(list(cards_of(course, lesson.id)), lambda _: np.zeros((0, 0), dtype=np.float32))
        assert kept(SHIPPED / FILE, finder.digest) is not None, lesson.id
