"""English stays English however short or full of jargon; another language is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.language import foreign
from evals.cases import load


@pytest.mark.parametrize("half", ["tuned", "apart"])
@pytest.mark.parametrize("kind", ["messages", "plans"])
def test_english_is_never_called_foreign(half: str, kind: str) -> None:
    assert [text for text in load(f"language/{half}/{kind}.yaml")["english"] if foreign(text)] == []


def test_a_plan_in_another_language_is_named() -> None:
    told = {
        name: {foreign(plan).lower() for plan in plans} for name, plans in load("language/tuned/plans.yaml").items()
    }
    assert {name: found for name, found in told.items() if name not in ("english", "other")} == {
        name: {name} for name in ("german", "spanish", "french", "portuguese", "italian", "dutch")
    }
    assert told["other"] == {"russian", "japanese"}


@pytest.mark.parametrize(
    "text", ["", "123 !! 🐳", "# Härtung\n## Geheimnisse\nThey are kept in Vault and arrive as files."]
)
def test_what_says_little_is_taken_for_english(text: str) -> None:
    assert foreign(text) == ""


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert foreign(text) == "" or foreign(text).istitle()
