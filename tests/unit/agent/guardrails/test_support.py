"""What counts as said by a passage. Meaning is near in all of these: the words have to decide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails.alignment import aligned
from agent.guardrails.support import Supports, clauses, senses
from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.passages import Citation, Hit, Passage

TEXT = (
    "A secret that was once in a pushed image is leaked and has to be replaced. "
    "A secret that the build needs is given by a secret mount. "
    "The exec form starts the program directly as PID 1, and the shell form wraps it in a shell. "
    "A volume is no backup, because it lives on the same disk."
)
OTHER = "The short form of depends_on does not wait until the service is ready."
HITS = tuple(Hit(Passage(str(one), one, "", Citation("", "", "", "")), 1.0) for one in (TEXT, OTHER))


def _alike(texts: Sequence[str]) -> Vectors:
    return np.ones((len(texts), 1), dtype=np.float32)


def _of(sentence: str) -> int | None:
    return Supports(_alike).of(sentence, HITS)


@pytest.mark.parametrize(
    "sentence",
    [
        "A volume is no backup, because it lives on the same disk. [1]",
        "“A volume is no backup, because it lives on the same disk.”",
        "A volume is no backup.",
        "A volume is not a backup: it lives on the same disk.",
        "The exec form starts the program directly as PID 1.",
        "A secret that the build needs is given by a mount.",
    ],
)
def test_what_is_quoted_shortened_or_parted_is_supported(sentence: str) -> None:
    assert _of(sentence) == 0


def test_the_passage_that_says_it_is_named() -> None:
    assert _of("The short form of depends_on does not wait until the service is ready.") == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "A volume is a backup, because it lives on the same disk.",
        "A volume is no backup, because it does not live on the same disk.",
        "A secret that the build needs is given by a secret mount is leaked and has to be replaced.",
        "The shell form starts the program directly as PID 1.",
        "The exec form always starts the program directly as PID 1.",
        "The exec form starts the program directly as PID 2.",
        "The short form of depends_on waits until the service is ready.",
        "A unicorn is no backup, because it lives on the same disk.",
        "",
    ],
    ids=["denial lost", "denial added", "splice", "other side", "always", "number", "does not", "other thing", "empty"],
)
def test_what_is_close_and_not_said_is_not_supported(sentence: str) -> None:
    assert _of(sentence) is None


def test_clauses_too_short_to_claim_something_join_their_neighbour() -> None:
    assert clauses("No, the exec form starts the program directly, and the shell form wraps it") == [
        "No the exec form starts the program directly",
        "the shell form wraps it",
    ]


def test_a_denied_word_is_another_word() -> None:
    assert senses("it does not wait") == ["not wait"]
    assert senses("never") == ["not "]


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_it(sentence: str, passage: str) -> None:
    hits = [Hit(Passage("p", passage, "", Citation("", "", "", "")), 1.0)]
    assert Supports(_alike).of(sentence, hits) in {None, 0}


@given(st.lists(st.sampled_from("abcdef"), max_size=12), st.lists(st.sampled_from("abcdef"), max_size=12))
def test_shares_are_shares(said: list[str], held: list[str]) -> None:
    found = aligned(said, held)
    assert 0 <= found.share <= 1
    assert 0 <= found.density <= 1
    assert found.share == 1 or said != held or not said
