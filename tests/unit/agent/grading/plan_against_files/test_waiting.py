"""What would be met waits while plan and files disagree; what is not met keeps its verdict."""

from __future__ import annotations

from agent.domain.verdicts import Judgement
from agent.grading.plan_against_files.waiting import disagreements, faults_of, held_back
from agent.settings import Settings
from knowledge.course.loader import load_course
from tools.findings import Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

LESSONS = load_course(Settings.read().course).lessons
PLAN = b"# Plan\n\nThe api is limited to 2 GB of memory, and three replicas share the load.\n"
STACK = b"services:\n  api:\n    image: ghcr.io/example/api:1.4.2\n    mem_limit: 512m\n"
UPLOAD = Upload.of([SourceFile("plan.md", PLAN), SourceFile("compose.yaml", STACK)])


def test_both_places_are_quoted_and_the_learner_is_asked() -> None:
    found = disagreements(LESSONS[0], UPLOAD, inspect(UPLOAD))
    judged = held_back(LESSONS[0], Judgement("P6", Verdict.MET), found["P6"])
    assert judged.pending
    assert "limited to 2 GB" in judged.missing
    assert "`compose.yaml` line 4 has `mem_limit: 512m`" in judged.missing
    assert judged.missing.endswith("?")
    assert all(span.holds_in(UPLOAD.find(span.file) or SourceFile("", b"")) for span in judged.spans)


def test_what_is_not_met_keeps_its_verdict_and_its_question() -> None:
    found = disagreements(LESSONS[0], UPLOAD, inspect(UPLOAD))
    judged = held_back(LESSONS[0], Judgement("P6", Verdict.PARTLY, missing="How?"), found["P6"])
    assert (judged.verdict, judged.pending, judged.missing) == (Verdict.PARTLY, False, "How?")
    assert judged.disagreement


def test_a_judgement_without_disagreement_is_the_same() -> None:
    judged = Judgement("P1", Verdict.MET)
    assert held_back(LESSONS[0], judged, ()) is judged


def test_the_lessons_name_known_kinds_and_criteria() -> None:
    assert [fault for lesson in LESSONS for fault in faults_of(lesson)] == []
