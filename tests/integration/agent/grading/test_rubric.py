"""A rubric names artefact types and aspects that are registered, and a type that came later judges what came before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.app import open_tutoring
from agent.grading.assessment import Assessor
from agent.grading.receipts import Receipts
from agent.grading.rubric import faults_of_rubric
from agent.settings import Settings
from agent.storage.database import Storage
from knowledge.course.loader import load_course
from knowledge.course.pack import Course
from knowledge.errors import CourseInvalid
from knowledge.retrieval.embedding import Embedding
from tools.artefacts.discovery import also_from
from tools.findings import Verdict
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile, Upload

TESTS = Path(__file__).parents[3]
PACK = TESTS / "packs" / "on-kubernetes"
MANIFEST = SourceFile("app.yaml", (TESTS / "artefacts" / "kubernetes" / "examples" / "good.yaml").read_bytes())
UPLOAD = Upload.of([MANIFEST, SourceFile("Dockerfile", b"FROM python\nCMD python app.py\n")])


def test_the_shipped_lessons_can_be_judged() -> None:
    assert [fault for lesson in load_course().lessons for fault in faults_of_rubric(lesson)] == []


@pytest.mark.parametrize(
    ("criterion", "fault"),
    [
        (
            {"artefact": "kubernetes"},
            "artefact “kubernetes” is judged by nothing; write one of dockerfile,",
        ),
        ({"artefact": "dockerignore"}, "artefact “dockerignore” is judged by nothing"),
        ({"aspect": "B1"}, "aspect “B1” is inspected by nothing; write one of D1, D2, D3, D4, D5"),
        ({"judged_by": "text", "aspect": ""}, "judged_by text reads prose, which a dockerfile is not"),
        ({"artefact": "plan"}, "a plan is not inspected"),
    ],
)
def test_what_cannot_be_judged_is_named_for_the_author(criterion: dict[str, str], fault: str) -> None:
    lesson = load_course().lessons[0]
    (found,) = faults_of_rubric(replace(lesson, rubric=(replace(lesson.rubric[0], **criterion),)))  # type: ignore[arg-type]
    assert found.startswith(f"{lesson.id}/rubric.yaml: {lesson.rubric[0].id} → ")
    assert fault in found


def test_a_course_that_cannot_be_judged_is_refused_at_start() -> None:
    settings = Settings.read(course=PACK, database_url="sqlite://")
    with pytest.raises(CourseInvalid, match="judged by nothing"), open_tutoring(settings):
        pass


def test_what_was_inspected_before_a_type_was_registered_is_inspected_for_it_once_more(storage: Storage) -> None:
    course = Course("c", "c", "", ())
    assessor = Assessor(course, Receipts(storage), NoBuilder(""), None, Embedding())
    first = assessor.inspect(UPLOAD)
    assert "K1" not in first.criteria
    with also_from("tests.artefacts"):
        later = assessor.inspect(Upload.of(replace(file) for file in UPLOAD))
    assert later.criteria["K1"] is Verdict.MET
    assert later.criteria.items() >= first.criteria.items()
    assert later.findings == first.findings
    assert Receipts(storage).inspection(UPLOAD.digest) == later
