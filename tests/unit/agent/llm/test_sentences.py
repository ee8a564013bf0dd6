"""Sentences out of a stream, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.llm.sentences import sentences_of


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. [1] Two. [2]", ["One. [1]", "Two. [2]"]),
        ("See e.g. the log. Then go.", ["See e.g. the log.", "Then go."]),
        ("Use 3.12 now. Yes!", ["Use 3.12 now.", "Yes!"]),
        ("Look:\n```\nA. B. C\n```\nDone.", ["Look:", "```\nA. B. C\n```", "Done."]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_a_sentence_keeps_its_marker_and_its_block(text: str, sentences: list[str]) -> None:
    assert list(sentences_of([text])) == sentences


@given(st.text(alphabet="aA .!?\n[1]`", max_size=60), st.integers(1, 9))
def test_how_a_stream_is_cut_makes_no_difference(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(sentences_of(pieces)) == list(sentences_of([text]))
