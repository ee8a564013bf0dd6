"""Small courses, people and files for tests."""

from __future__ import annotations

from pathlib import Path

from agent.domain.people import Person, Role
from agent.domain.verdicts import Judgement, Receipt, Span
from knowledge.course.pack import Course, Criterion, Lesson, Section
from tools.findings import Verdict
from tools.sandbox.build.context import context_key
from tools.uploads.files import SourceFile, Upload

LEARNER = Person("T1:U1", "Learner A")
INSTRUCTOR = Person("T1:U9", "Instructor", Role.INSTRUCTOR)


def criterion(identifier: str, *, required: bool = True, judged_by: str = "text") -> Criterion:
    return Criterion(
        id=identifier,
        name=identifier.lower(),
        title=f"Title {identifier}",
        artefact="plan",
        judged_by=judged_by,
        required=required,
        met_when="it is there",
        partly_when="",
        why="It matters.",
        sections=("one",),
        aspect="",
    )


def lesson(identifier: str, number: int, *criteria: Criterion) -> Lesson:
    return Lesson(
        id=identifier,
        title=f"Lesson {identifier}",
        week=number,
        number=number,
        level="advanced",
        minutes=5,
        objective="learn",
        gate=f"Gate {identifier}",
        deliverable="a plan",
        greeting="Welcome.",
        sections=(Section("one", "One", "Text."),),
        rubric=criteria,
        questions=(),
        misconceptions=(),
        hints={other_criterion.id: ("Where?", "What?", "How?", "Last.") for other_criterion in criteria},
        readings=(),
        folder=Path(),
    )


def course() -> Course:
    first = lesson("first", 1, criterion("P1"), criterion("P2"), criterion("P3", required=False))
    return Course("course", "A course", "", (first, lesson("second", 2, criterion("R1"))))


PLAN = SourceFile("plan.md", b"Logs go to stdout.\nThe image is promoted by digest.\n")
UPLOAD = Upload.of([PLAN, SourceFile("Dockerfile", b"FROM busybox:1.36\n")])
INPUTS = context_key(UPLOAD) or ""


def met(identifier: str) -> Judgement:
    return Judgement(identifier, Verdict.MET, spans=(Span.cut(PLAN, 0, 18),))


def unmet(identifier: str, verdict: Verdict = Verdict.NOT_MET) -> Judgement:
    return Judgement(identifier, verdict, missing="What is missing?")


def held(identifier: str) -> Judgement:
    return Judgement(identifier, Verdict.NOT_CHECKED, pending=True, reason="No engine here.")


def inspected(identifier: str, digest: str) -> Judgement:
    return Judgement(identifier, Verdict.MET, receipt=Receipt("inspection", digest, "met"))
