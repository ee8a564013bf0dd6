"""Before the gate passes, one fault is found unaided; the ledger keeps how, and the verifier recomputes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from agent.domain.exercise import FaultExercise
from agent.domain.gate import GateState
from agent.domain.verdicts import Judgement, Receipt
from agent.errors import NotAllowed
from agent.grading import verification
from agent.grading.fault_exercise import OPTIONS, shown
from agent.grading.gate_service import MAX_TWINS, GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import ReviewRecord, Reviews
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from knowledge.course.loader import load_course
from knowledge.course.pack import Course
from tests.exercises import GOOD, solve, upload_of
from tests.samples import INSTRUCTOR, LEARNER
from tools.findings import Verdict
from tools.inspection.inspector import inspect

SHIPPED = load_course()
INSPECTED = replace(
    SHIPPED.lessons[0],
    rubric=tuple(criterion for criterion in SHIPPED.lessons[0].rubric if criterion.judged_by == "inspection"),
)
COURSE = replace(SHIPPED, lessons=(INSPECTED, SHIPPED.lessons[1]))
UPLOAD = upload_of(GOOD)


@pytest.fixture
def gates(storage: Storage, people: LearnerDirectory) -> GateService:
    made = GateService(storage, COURSE, Reviews(storage))
    made.enrol(LEARNER.id)
    return made


@pytest.fixture
def review(storage: Storage, gates: GateService) -> ReviewRecord:
    return _record(storage, "m1")


def _record(storage: Storage, key: str) -> ReviewRecord:
    Receipts(storage).save_inspection(inspect(UPLOAD))
    receipt = Receipt("inspection", UPLOAD.digest, "met")
    judgements = [Judgement(criterion.id, Verdict.MET, receipt=receipt) for criterion in INSPECTED.rubric]
    return Reviews(storage).record(LEARNER.id, INSPECTED.id, UPLOAD, judgements, key)


def _put(gates: GateService, review: ReviewRecord) -> FaultExercise:
    decision = gates.review(LEARNER.id, INSPECTED.id, review)
    assert not decision.passes
    assert decision.exercise is not None
    return decision.exercise


def _state(gates: GateService) -> GateState:
    return gates.view(LEARNER.id, INSPECTED.id).state


def _wrong(exercise: FaultExercise) -> str:
    return f"{exercise.lines[1] + 1} {OPTIONS[0]}"


def test_a_gate_passes_once_its_twin_is_found(gates: GateService, review: ReviewRecord, storage: Storage) -> None:
    exercise = _put(gates, review)
    assert _state(gates) is GateState.REVIEWED
    assert gates.view(LEARNER.id, SHIPPED.lessons[1].id).state is GateState.LOCKED
    outcome = gates.answer_exercise(LEARNER.id, INSPECTED, solve(INSPECTED, shown(INSPECTED, exercise), UPLOAD), "m2")
    assert outcome is not None
    assert outcome.found
    assert _state(gates) is GateState.PASSED
    assert gates.view(LEARNER.id, SHIPPED.lessons[1].id).state is GateState.OPEN
    assert verification.verify(storage, COURSE) == []


def test_a_wrong_answer_brings_another_copy_until_there_are_no_more(
    gates: GateService, review: ReviewRecord, storage: Storage
) -> None:
    exercise: FaultExercise | None = _put(gates, review)
    for number in range(1, MAX_TWINS + 1):
        assert exercise is not None
        outcome = gates.answer_exercise(LEARNER.id, INSPECTED, _wrong(exercise), f"m{number}")
        assert outcome is not None
        assert not outcome.found
        exercise = outcome.another
    assert exercise is None
    assert gates.answer_exercise(LEARNER.id, INSPECTED, "1 A", "late") is None
    assert _state(gates) is GateState.REVIEWED
    assert verification.verify(storage, COURSE) == []
    assert _put(gates, _record(storage, "again")).number == 1


def test_the_same_turn_again_counts_once(gates: GateService, review: ReviewRecord) -> None:
    exercise = _put(gates, review)
    assert _put(gates, review) == exercise
    first = gates.answer_exercise(LEARNER.id, INSPECTED, _wrong(exercise), "m2")
    assert gates.answer_exercise(LEARNER.id, INSPECTED, _wrong(exercise), "m2") == first


def test_nothing_waits_before_a_review(gates: GateService) -> None:
    assert not gates.exercise_waits(LEARNER.id, INSPECTED.id)
    assert gates.answer_exercise(LEARNER.id, INSPECTED, "1 A", "m2") is None
    assert not gates.waive_exercise(LEARNER.id, INSPECTED.id, INSTRUCTOR, "no time")


def test_an_instructor_may_waive_it_with_a_reason(gates: GateService, review: ReviewRecord, storage: Storage) -> None:
    _put(gates, review)
    for by, reason in ((LEARNER, "please"), (INSTRUCTOR, " ")):
        with pytest.raises(NotAllowed):
            gates.waive_exercise(LEARNER.id, INSPECTED.id, by, reason)
    assert gates.waive_exercise(LEARNER.id, INSPECTED.id, INSTRUCTOR, "shown at the board")
    assert _state(gates) is GateState.PASSED
    assert verification.verify(storage, COURSE) == []


def test_a_course_author_can_turn_it_off(storage: Storage, people: LearnerDirectory) -> None:
    off = Course(COURSE.id, COURSE.title, "", (replace(INSPECTED, fault_exercise=False), SHIPPED.lessons[1]))
    gates = GateService(storage, off, Reviews(storage))
    gates.enrol(LEARNER.id)
    assert gates.review(LEARNER.id, INSPECTED.id, _record(storage, "m1")).passes
    assert verification.verify(storage, off) == []
    assert [one.what for one in verification.verify(storage, COURSE)] == [
        "event 3 passes without a fault-finding exercise that was found"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [('"found": true', '"found": false'), ('"said": "', '"said": "9999 A '), ('"right": "', '"right": "X')],
)
def test_a_pass_that_was_written_by_hand_is_seen(
    gates: GateService, review: ReviewRecord, storage: Storage, old: str, new: str
) -> None:
    exercise = _put(gates, review)
    gates.answer_exercise(LEARNER.id, INSPECTED, solve(INSPECTED, shown(INSPECTED, exercise), UPLOAD), "m2")
    with storage.begin() as session:
        lite = session.get_bind().dialect.name == "sqlite"
        session.execute(text(f"DROP TRIGGER gate_events_no_{'update' if lite else 'change ON gate_events'}"))
        column, back = ("evidence", "") if lite else ("evidence::text", "::json")
        session.execute(
            text(f"UPDATE gate_events SET evidence = replace({column}, :old, :new){back} WHERE action = 'pass'"),
            {"old": old, "new": new},
        )
    assert any("exercise" in one.what for one in verification.verify(storage, COURSE))
