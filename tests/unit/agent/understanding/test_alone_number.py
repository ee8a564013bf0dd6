"""A number that chooses, among words."""

from __future__ import annotations

import pytest

from agent.understanding.references import alone_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("ok just 2", 2),
        ("2 and then 1 i guess", 2),
        ("hm, the 3.", 3),
        ("python 3.11", 0),
        ("B3", 0),
        ("port 8000", 0),
        ("1/2", 0),
        ("neither", 0),
    ],
)
def test_a_number_counts_where_it_stands_by_itself(text: str, number: int) -> None:
    assert alone_number(text) == number
