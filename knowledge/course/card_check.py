"""Faults of answer cards that only cards together show: two that claim the same question, one without a vector."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge.course.cards import AnswerCard
from knowledge.retrieval.cards import texts_of_cards
from knowledge.retrieval.packed_vectors import PackedVectors

_WORD = re.compile(r"\w+")


def claimed_twice(cards: Sequence[AnswerCard]) -> Iterator[str]:
    """A fault for each way of asking that, word for word, leads to two cards: neither could be chosen."""
    owners: dict[tuple[str, ...], AnswerCard] = {}
    for card in cards:
        for asked in card.asks:
            owner = owners.setdefault(tuple(_WORD.findall(asked.lower())), card)
            if owner.id != card.id:
                yield f"the cards {owner.id} and {card.id} both answer “{asked}”; take it from one of them"


def unpacked(cards: Sequence[AnswerCard], packed: PackedVectors) -> Iterator[str]:
    """A fault where a start would have to make vectors."""
    missing = packed.lacks(texts_of_cards(cards))
    if missing:
        first = missing[0][:60]
        yield f"{len(missing):,} texts of cards have no vector, “{first}” first; run python -m evals.packing"
