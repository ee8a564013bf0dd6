"""What phrases are known, and what a text holds of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.grading.plan_review.phrases import LEAST_TEXTS, Phrases

TEXTS = ["roll back the release", "roll back the schema", "roll back it all", "the queue holds the rest"]


def test_a_phrase_is_known_once_several_texts_hold_it() -> None:
    names = Phrases.of(TEXTS).names
    assert {"roll", "back", "roll back", "the"} <= set(names)
    assert "queue" not in names
    assert LEAST_TEXTS == 3


def test_what_is_rarer_weighs_more() -> None:
    phrases = Phrases.of([*TEXTS, "the end", "the start"])
    rarity = dict(zip(phrases.names, phrases.rarity, strict=True))
    assert rarity["roll back"] > rarity["the"]


@given(st.text(max_size=200))
def test_shares_are_a_vector_of_length_one_or_nothing(text: str) -> None:
    phrases = Phrases.of(TEXTS)
    places, shares = phrases.shares(text)
    assert len(places) == len(shares) == len(set(places.tolist()))
    assert float(np.linalg.norm(shares)) in (0.0, pytest.approx(1.0))


def test_nothing_is_known_without_texts() -> None:
    places, shares = Phrases.of([]).shares("roll back")
    assert len(places) == len(shares) == 0
