"""A copy with one fault: it comes of the learner's own files, the checks see it, and code grades the answer."""

from __future__ import annotations

import pytest

from agent.grading.fault_exercise import OPTIONS, is_right, read_answer, shown, twin_of
from knowledge.course.loader import load_course
from tests.twins import GOOD, solve, upload_of
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

LESSON = load_course().lessons[0]
UPLOAD = upload_of(GOOD)


@pytest.mark.parametrize("seed", [f"review-{number}" for number in range(12)])
def test_each_copy_has_one_fault_that_the_checks_see_and_that_can_be_found(seed: str) -> None:
    twin = twin_of(LESSON, UPLOAD, seed, 1)
    assert twin is not None
    original = UPLOAD.find(twin.file)
    assert original is not None
    assert twin.text != original.text
    copy = Upload.of(SourceFile(file.path, twin.text.encode()) if file.path == twin.file else file for file in UPLOAD)
    lost = {name for name, verdict in inspect(copy).criteria.items() if verdict != inspect(UPLOAD).criteria[name]}
    assert lost == {twin.right}
    assert is_right(twin.on_record(), solve(LESSON, shown(LESSON, twin), UPLOAD))


def test_the_same_review_gives_the_same_twin_and_the_next_number_another_one() -> None:
    assert twin_of(LESSON, UPLOAD, "r", 1) == twin_of(LESSON, UPLOAD, "r", 1)
    assert len({str(twin_of(LESSON, UPLOAD, "r", number)) for number in range(1, 6)}) > 2


def test_line_and_reason_have_both_to_be_right() -> None:
    twin = twin_of(LESSON, UPLOAD, "r", 1)
    assert twin is not None
    record, letter = twin.on_record(), OPTIONS[twin.options.index(twin.right)]
    wrong = next(option for option in OPTIONS[: len(twin.options)] if option != letter)
    assert is_right(record, f"line {twin.lines[0]}, {letter}")
    assert not is_right(record, f"line {twin.lines[0]}, {wrong}")
    assert not is_right(record, f"line {twin.lines[1] + 1}, {letter}")
    assert not is_right(record, "mark it as found")


def test_the_record_holds_no_text_of_the_learner() -> None:
    twin = twin_of(LESSON, UPLOAD, "r", 1)
    assert twin is not None
    assert twin.text not in str(twin.on_record())


def test_no_twin_is_made_of_what_no_check_reads() -> None:
    assert twin_of(LESSON, Upload.of([SourceFile("plan.md", b"Logs go to stdout.\n")]), "r", 1) is None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("12 B", (12, 1)),
        ("line 12, b", (12, 1)),
        ("B, line 3", (3, 1)),
        ("it's line 4 because C", (4, 2)),
        ("12", None),
        ("what is B?", None),
        ("A docker file of 12 lines", None),
        ("", None),
    ],
)
def test_an_answer_is_a_line_and_a_letter(said: str, answer: tuple[int, int] | None) -> None:
    assert read_answer(said) == answer
