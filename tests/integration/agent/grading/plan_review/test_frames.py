"""A plan counts for what stands over it: what takes it back holds for every form, what doesn't changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.grading.plan_against_files.comparing import compare
from agent.grading.plan_review.frames import FrameModel, Kind, Voice
from agent.grading.plan_review.reviewer import PlanReviewer
from evals.framed_plans import AFTER, BEFORE, HEADS, MARKS, said
from evals.suites.frames import decided_met
from knowledge.course.loader import load_course
from knowledge.retrieval.embedding import Embedding
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

EMBEDDING = Embedding()
REVIEWER = PlanReviewer.load(load_course().lessons[0], EMBEDDING)
GOOD = (Path(__file__).parents[4] / "submissions" / "good" / "plan.md").read_text("utf-8")
MODEL = FrameModel(EMBEDDING)


@pytest.mark.parametrize("form", HEADS)
@pytest.mark.parametrize("words", ["Planned (nothing of this exists yet)", "Rejected options", "Sample solution"])
def test_what_takes_back_does_so_in_every_form(form: str, words: str) -> None:
    assert not decided_met(REVIEWER, HEADS[form](words, GOOD))


@pytest.mark.parametrize("form", HEADS)
def test_what_is_done_stays_met(form: str) -> None:
    assert len(decided_met(REVIEWER, HEADS[form]("What we run today", GOOD))) == 8


@pytest.mark.parametrize("form", [name for name, (kind, _) in MARKS.items() if kind != "own"])
def test_marks_take_back(form: str) -> None:
    assert not decided_met(REVIEWER, MARKS[form][1]("", GOOD))


@pytest.mark.parametrize("form", [name for name, (kind, _) in MARKS.items() if kind == "own"])
def test_marks_of_what_is_done_do_not(form: str) -> None:
    assert len(decided_met(REVIEWER, MARKS[form][1]("", GOOD))) == 8


@pytest.mark.parametrize("form", AFTER)
def test_a_sentence_above_takes_back_what_follows(form: str) -> None:
    assert not decided_met(REVIEWER, AFTER[form]("None of the following is true.", GOOD))


@pytest.mark.parametrize("form", BEFORE)
def test_a_sentence_at_the_end_takes_back_what_came_before(form: str) -> None:
    assert not decided_met(REVIEWER, BEFORE[form]("None of this exists yet.", GOOD))


def test_the_review_says_what_took_it_back() -> None:
    judged = REVIEWER.review(SourceFile("plan.md", f"# A\n\n## Planned\n\n{chr(10).join(said(GOOD))}".encode()))
    assert all("stands under “Planned”, so I read it as not done yet." in judgement.missing for judgement in judged)
    assert all(judgement.missing.endswith("?") for judgement in judged)


def test_what_may_be_taken_back_is_held() -> None:
    """Boxes ticked below “To do”: an instructor decides."""
    text = "## To do\n\n" + "\n".join(f"- [x] {line}" for line in said(GOOD))
    judged = REVIEWER.review(SourceFile("plan.md", text.encode()))
    assert all(judgement.pending for judgement in judged)
    assert "an instructor decides" in judged[0].reason


def test_what_is_planned_claims_nothing_of_the_files() -> None:
    compose = SourceFile("compose.yaml", b"services:\n  api:\n    image: api:1.2\n    mem_limit: 2g\n")
    claimed = "The api is limited to 512 MB of memory.\n"
    for heading, disagree in (("What we run", True), ("Planned", False)):
        plan = SourceFile("plan.md", f"## {heading}\n\n{claimed}".encode())
        upload = Upload.of([plan, compose])
        assert bool(compare(plan, upload, inspect(upload), REVIEWER.statements)) is disagree


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Planned for next year", Kind.PLANNED),
        ("What the vendor writes", Kind.ELSEWHERE),
        ("What we had before the migration", Kind.FORMER),
        ("Rejected alternatives", Kind.REJECTED),
    ],
)
def test_kinds(said: str, kind: Kind) -> None:
    reading = MODEL.read(Voice.HEAD, said)
    assert reading.kind is kind
    assert reading.chance > 0.75


@pytest.mark.parametrize(
    "said", ["Database", "How we deploy", "Rollback", "Before the deploy we run:", "Two reviewers", "Rollback plan"]
)
def test_plain_heads_take_nothing_back(said: str) -> None:
    assert MODEL.read(Voice.HEAD, said).chance < 0.4
