"""Each form keeps every sentence of the plan that it frames."""

from __future__ import annotations

import pytest

from agent.grading.plan_review.frames import Kind
from evals.cases import CASES, load
from evals.framed_plans import AFTER, BEFORE, HEADS, MARKS, framed_plans, good_plans, said

PLAN = "# Plan\n\n## Scans\n\nTrivy scans each image. A job rebuilds it weekly.\n"
FORMS = {**HEADS, **AFTER, **BEFORE, **{name: frame for name, (_, frame) in MARKS.items()}}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_keeps_what_was_said(form: str) -> None:
    text = FORMS[form]("Ideas", PLAN)
    assert all(line in text for line in said(PLAN))


@pytest.mark.parametrize("form", [*HEADS, *AFTER, *BEFORE])
def test_the_words_stand_in_it(form: str) -> None:
    assert "Ideas" in FORMS[form]("Ideas", PLAN)


@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_there_are_enough_of_both_sorts(half: str) -> None:
    found = list(framed_plans(half))
    assert sum(not framed.is_honest for framed in found) >= 200
    assert sum(framed.is_honest for framed in found) >= 50
    assert {framed.kind for framed in found} <= {kind.value for kind in Kind}
    assert len(good_plans(half)) >= 5


def test_nothing_is_in_both_halves() -> None:
    files = [file for file in (CASES / "frames" / "tuned").glob("*.yaml") if file.stem != "topics"]
    known = {text for file in files for group in load(str(file)) for text in group["texts"]}
    held = {text for group in load("frames/held_out/heads.yaml") for text in group["texts"]}
    held |= {row["text"] for row in load("frames/held_out/sentences.yaml")}
    assert not known & held
