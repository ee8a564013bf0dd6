"""Labelled sentences beside the guides: read, and each fault named."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.grading.plan_review.guide import SENTENCES, Facet, Guide, Sentence, read_sentences

GUIDES = {"P7": Guide(facets=[Facet(id="back", any=[["roll"]], missing="How?")], met_when=[["back"]])}


def test_no_file_is_no_sentence(tmp_path: Path) -> None:
    assert read_sentences(tmp_path, GUIDES) == ([], [])


def test_sentences_say_facets_or_nothing(tmp_path: Path) -> None:
    (tmp_path / SENTENCES).write_text("- {says: [P7.back], text: We roll back.}\n- {says: [], text: It is blue.}\n")
    found, faults = read_sentences(tmp_path, GUIDES)
    assert faults == []
    assert found == [Sentence(says=["P7.back"], text="We roll back."), Sentence(says=[], text="It is blue.")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {says: [P7.forth], text: We roll.}", "says “P7.forth”, which no guide has as a facet"),
        ("- {says: P7.back, text: We roll.}", "says: Input should be a valid list"),
        ("- {text: We roll.}", "says: Field required"),
        ("- [", "is no valid YAML"),
        ("7", "is no valid YAML"),
    ],
)
def test_a_fault_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / SENTENCES).write_text(text)
    _, faults = read_sentences(tmp_path, GUIDES)
    assert faults == [f"review/{SENTENCES}: {told}"]
