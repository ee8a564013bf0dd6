"""Faults of answer cards that only looking them up can show: a card that its own phrasings do not find."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.course.pack import Course
from knowledge.retrieval.cards import CardFinder, texts_of_cards
from knowledge.retrieval.packed_vectors import PackedVectors

AMONG = 3  # each phrasing finds its card among so many


def unfound(finder: CardFinder) -> Iterator[str]:
    """A fault for each phrasing that leads to other cards."""
    for card in finder.cards.values():
        for asked in card.asks:
            found = [match.card.id for match in finder.find(asked, limit=AMONG)]
            if card.id not in found:
                others = ", ".join(found)
                yield f"the card {card.id} is not found by “{asked}”, which leads to {others}; say it otherwise"


def unpacked(course: Course, packed: PackedVectors) -> Iterator[str]:
    """Texts whose vectors are not in the pack: a start would have to make them."""
    cards = [*course.cards, *(card for lesson in course.lessons for card in lesson.cards)]
    missing = packed.lacks(texts_of_cards(cards))
    if missing:
        first = missing[0][:60]
        yield f"{len(missing):,} texts of cards have no vector, “{first}” first; run python -m evals.packing"
