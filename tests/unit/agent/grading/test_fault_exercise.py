"""A copy with one fault: it comes of the learner's own files, the checks see it, and code grades the answer."""

from __future__ import annotations

import pytest

from agent.grading.fault_exercise import OPTIONS, exercise_of, is_right, read_answer, shown
from knowledge.course.loader import load_course
from tests.exercises import GOOD, solve, upload_of
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

LESSON = load_course().lessons[0]
UPLOAD = upload_of(GOOD)


@pytest.mark.parametrize("seed", [f"review-{number}" for number in range(12)])
def test_each_copy_has_one_fault_that_the_checks_see_and_that_can_be_found(seed: str) -> None:
    exercise = exercise_of(LESSON, UPLOAD, seed, 1)
    assert exercise is not None
    original = UPLOAD.find(exercise.file)
    assert original is not None
    assert exercise.text != original.text
    copy = Upload.of(
        SourceFile(file.path, exercise.text.encode()) if file.path == exercise.file else file for file in UPLOAD
    )
    lost = {name for name, verdict in inspect(copy).criteria.items() if verdict != inspect(UPLOAD).criteria[name]}
    assert lost == {exercise.right}
    assert is_right(exercise.on_record(), solve(LESSON, shown(LESSON, exercise), UPLOAD))


def test_the_same_review_gives_the_same_twin_and_the_next_number_another_one() -> None:
    assert exercise_of(LESSON, UPLOAD, "r", 1) == exercise_of(LESSON, UPLOAD, "r", 1)
    assert len({str(exercise_of(LESSON, UPLOAD, "r", number)) for number in range(1, 6)}) > 2


def test_line_and_reason_have_both_to_be_right() -> None:
    exercise = exercise_of(LESSON, UPLOAD, "r", 1)
    assert exercise is not None
    record, letter = exercise.on_record(), OPTIONS[exercise.options.index(exercise.right)]
    wrong = next(option for option in OPTIONS[: len(exercise.options)] if option != letter)
    assert is_right(record, f"line {exercise.lines[0]}, {letter}")
    assert not is_right(record, f"line {exercise.lines[0]}, {wrong}")
    assert not is_right(record, f"line {exercise.lines[1] + 1}, {letter}")
    assert not is_right(record, "mark it as found")


def test_the_record_holds_no_text_of_the_learner() -> None:
    exercise = exercise_of(LESSON, UPLOAD, "r", 1)
    assert exercise is not None
    assert exercise.text not in str(exercise.on_record())


def test_no_twin_is_made_of_what_no_check_reads() -> None:
    assert exercise_of(LESSON, Upload.of([SourceFile("plan.md", b"Logs go to stdout.\n")]), "r", 1) is None


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
