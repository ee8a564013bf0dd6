"""What a reply says to somebody who decodes it."""

from __future__ import annotations

import base64
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guardrails.leaks.decoding import decoded
from agent.guardrails.leaks.offers import is_code

LINE = "FROM python:3.12-slim"


@pytest.mark.parametrize(
    "written",
    [
        base64.b64encode(LINE.encode()).decode(),
        LINE.encode().hex(),
        LINE.encode().hex(" "),
        "".join(f"%{byte:02X}" for byte in LINE.encode()),
        "".join(f"&#{byte};" for byte in LINE.encode()),
        codecs.encode(LINE, "rot13"),
        LINE[::-1],
        "\u200b".join(LINE),
    ],
)
def test_other_writings_of_a_line_are_read(written: str) -> None:
    assert LINE in decoded(f"Look: {written} and no more.", is_code)


def test_spelt_out_letters_and_numbers_are_put_together() -> None:
    assert "USER  10001" in decoded("U S E R  1 0 0 0 1", is_code)
    assert "python:3.12" in decoded("python colon three point twelve", is_code)


def test_words_have_no_other_reading() -> None:
    assert decoded("Which process gets the signal?", is_code) == "Which process gets the signal?"


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(decoded(text, is_code), str)
