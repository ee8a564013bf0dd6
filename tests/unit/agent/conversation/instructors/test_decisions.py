"""The one form that a decision is taken in."""

from __future__ import annotations

import pytest

from agent.conversation.instructors.decisions import Ruling, is_meant, read_ruling


@pytest.mark.parametrize(
    ("text", "ruling"),
    [
        ("approve D6 for Kai Nakamura: it ran here", Ruling("approve", "D6", "Kai Nakamura", "it ran here")),
        (
            "please reject d6 for Kai Nakamura - where is the log?",
            Ruling("reject", "D6", "Kai Nakamura", "where is the log?"),
        ),
        ("Hi, approve D6 for <@U0KAI>", Ruling("approve", "D6", "<@U0KAI>", "")),
        (
            "waive the gate for Sam O'Brien: did it at work",
            Ruling("waive", "the gate", "Sam O'Brien", "did it at work"),
        ),
        ("re-open the gate for Kai Nakamura, he copied", Ruling("reopen", "the gate", "Kai Nakamura", "he copied")),
    ],
)
def test_the_form_is_read_word_for_word(text: str, ruling: Ruling) -> None:
    assert read_ruling(text) == ruling
    assert is_meant(text)


@pytest.mark.parametrize(
    "text",
    [
        "approve D6 for Kai Nakamura?",
        "should I approve D6 for Kai Nakamura: it ran here",
        "I would approve D6 for Kai Nakamura",
        "let Kai Nakamura pass D6",
        "D6 for Kai Nakamura is approved: it ran",
        "Kai Nakamura waived: doctor's note",
        "who was approved for D6",
        "how is Kai Nakamura doing",
        "",
    ],
)
def test_nothing_else_is_a_decision(text: str) -> None:
    assert read_ruling(text) is None
