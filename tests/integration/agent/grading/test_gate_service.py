"""Gates on real databases: one transaction for row and event, and one winner of a race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from agent.domain.gate import GateState
from agent.errors import ConcurrentChange, IllegalTransition, NotAllowed, NotFound
from agent.grading import verification
from agent.grading.gate_service import GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.storage.database import Storage
from agent.storage.tables import APPEND_ONLY, UNCHANGEABLE, GateEventRow
from tests.samples import INSTRUCTOR, LEARNER, UPLOAD, course, criterion, held, lesson, met, unmet
from tools.findings import Verdict
from tools.sandbox.builder import BuildReceipt, Outcome

ALL_MET = (met("P1"), met("P2"), met("P3"))


def _events(storage: Storage, lesson_id: str = "first") -> list[str]:
    mine = select(GateEventRow).where(GateEventRow.lesson_id == lesson_id).order_by(GateEventRow.sequence)
    with storage.begin() as session:
        return [event.action for event in session.scalars(mine)]


def test_passing_unlocks_the_next_lesson(gates: GateService, reviews: Reviews, storage: Storage) -> None:
    review = reviews.record(LEARNER.id, "first", UPLOAD, ALL_MET, "m1")
    assert gates.review(LEARNER.id, "first", review).passes
    assert gates.view(LEARNER.id, "first").state is GateState.PASSED
    assert gates.view(LEARNER.id, "second").state is GateState.OPEN
    assert gates.current(LEARNER.id) == "second"
    assert verification.verify(storage, course()) == []


def test_a_locked_lesson_takes_no_submission(gates: GateService, reviews: Reviews, storage: Storage) -> None:
    review = reviews.record(LEARNER.id, "second", UPLOAD, [met("R1")], "m1")
    with pytest.raises(IllegalTransition, match="locked"):
        gates.review(LEARNER.id, "second", review)
    assert _events(storage, "second") == []


def test_somebody_who_is_not_enrolled_has_a_locked_gate(gates: GateService) -> None:
    assert gates.view("T1:U404", "first").state is GateState.LOCKED
    with pytest.raises(NotFound):
        gates.waive("T1:U404", "first", INSTRUCTOR, "why not")


def test_enrolling_again_changes_nothing(gates: GateService, storage: Storage) -> None:
    before = gates.view(LEARNER.id, "first")
    gates.enrol(LEARNER.id)
    assert (gates.view(LEARNER.id, "first"), _events(storage)) == (before, ["unlock"])


def test_a_lesson_that_the_course_adds_later_opens_for_those_who_are_through(
    gates: GateService, reviews: Reviews, storage: Storage
) -> None:
    gates.waive(LEARNER.id, "first", INSTRUCTOR, "did it at work")
    gates.waive(LEARNER.id, "second", INSTRUCTOR, "did it at work")
    assert gates.current(LEARNER.id) is None
    grown = replace(course(), lessons=(*course().lessons, lesson("third", 3, criterion("S1"))))
    GateService(storage, grown, reviews).enrol(LEARNER.id)
    assert GateService(storage, grown, reviews).current(LEARNER.id) == "third"
    assert gates.view(LEARNER.id, "third").state is GateState.OPEN
    assert verification.verify(storage, grown) == []


def test_a_held_criterion_passes_by_an_instructors_decision(
    gates: GateService, reviews: Reviews, storage: Storage
) -> None:
    review = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), held("P2"), met("P3")], "m1")
    assert not gates.review(LEARNER.id, "first", review).passes
    decided = reviews.decide(review.id, "P2", Verdict.MET, INSTRUCTOR, "seen it run")
    assert gates.review(LEARNER.id, "first", decided).passes
    assert _events(storage) == ["unlock", "submit", "revise", "pass"]
    assert verification.verify(storage, course()) == []


def test_a_turn_that_runs_again_moves_nothing_twice(gates: GateService, reviews: Reviews, storage: Storage) -> None:
    review = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2")], "m1")
    first = gates.review(LEARNER.id, "first", review)
    again = gates.review(LEARNER.id, "first", reviews.record(LEARNER.id, "first", UPLOAD, ALL_MET, "m1"))
    assert again == first
    assert _events(storage) == ["unlock", "submit", "revise"]


def test_an_outdated_review_moves_no_gate(gates: GateService, reviews: Reviews, storage: Storage) -> None:
    old = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), met("P2"), met("P3")], "m1")
    new = reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1"), met("P2"), met("P3")], "m2")
    gates.review(LEARNER.id, "first", new)
    with pytest.raises(ConcurrentChange, match="newer"):
        gates.review(LEARNER.id, "first", old)
    assert gates.view(LEARNER.id, "first").state is GateState.REVIEWED


def test_revision_shows_what_improved_and_what_was_lost(gates: GateService, reviews: Reviews) -> None:
    first = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2"), met("P3")], "m1")
    gates.review(LEARNER.id, "first", first)
    second = reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1"), met("P2"), met("P3")], "m2")
    decision = gates.review(LEARNER.id, "first", second)
    assert (decision.improved, decision.regressed) == (("P2",), ("P1",))
    assert gates.view(LEARNER.id, "first").state is GateState.REVIEWED


def test_losing_an_optional_criterion_keeps_the_gate_shut(
    gates: GateService, reviews: Reviews, storage: Storage
) -> None:
    first = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2"), met("P3")], "m1")
    gates.review(LEARNER.id, "first", first)
    second = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), met("P2"), unmet("P3")], "m2")
    assert gates.review(LEARNER.id, "first", second).open == ("P3",)
    assert verification.verify(storage, course()) == []


def test_waiving_needs_an_instructor_and_a_reason(gates: GateService, storage: Storage) -> None:
    with pytest.raises(NotAllowed):
        gates.waive(LEARNER.id, "first", LEARNER, "please")
    with pytest.raises(NotAllowed, match="reason"):
        gates.waive(LEARNER.id, "first", INSTRUCTOR, " ")
    assert _events(storage) == ["unlock"]


def test_only_a_closed_gate_is_reopened(gates: GateService, reviews: Reviews, storage: Storage) -> None:
    with pytest.raises(IllegalTransition):
        gates.reopen(LEARNER.id, "first", INSTRUCTOR, "a second look")
    gates.waive(LEARNER.id, "first", INSTRUCTOR, "did it at work")
    gates.reopen(LEARNER.id, "first", INSTRUCTOR, "a second look")
    assert gates.view(LEARNER.id, "first").state is GateState.REOPENED
    review = reviews.record(LEARNER.id, "first", UPLOAD, ALL_MET, "m1")
    assert gates.review(LEARNER.id, "first", review).passes
    assert verification.verify(storage, course()) == []


def _race(act: Callable[[], object]) -> int:
    """How many of eight threads that do the same at once are through."""
    start, through = threading.Barrier(8), list[bool]()

    def run() -> None:
        start.wait()
        try:
            act()
            through.append(True)
        except (ConcurrentChange, IllegalTransition):
            pass

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(through)


def test_of_eight_racing_changes_one_wins(gates: GateService, storage: Storage) -> None:
    assert _race(lambda: gates.waive(LEARNER.id, "first", INSTRUCTOR, "race")) == 1
    assert _events(storage) == ["unlock", "waive"]
    assert verification.verify(storage, course()) == []


def test_eight_that_enrol_one_learner_at_once_all_succeed(reviews: Reviews, storage: Storage) -> None:
    made = GateService(storage, course(), reviews)
    assert _race(lambda: made.enrol(LEARNER.id)) == 8
    assert _events(storage) == ["unlock"]
    assert verification.verify(storage, course()) == []


def test_eight_that_record_one_review_at_once_get_one(gates: GateService, reviews: Reviews) -> None:
    assert _race(lambda: reviews.record(LEARNER.id, "first", UPLOAD, ALL_MET, "m1")) == 8
    assert [one.number for one in reviews.all(LEARNER.id, "first")] == [1]


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        *((table, "UPDATE {} SET created_at = created_at") for table in UNCHANGEABLE),
        *((table, "DELETE FROM {}") for table in APPEND_ONLY),
    ],
)
def test_the_ledger_cannot_be_rewritten(
    gates: GateService, reviews: Reviews, storage: Storage, table: str, statement: str
) -> None:
    review = reviews.record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1")
    reviews.decide(review.id, "P1", Verdict.MET, INSTRUCTOR, "")
    Receipts(storage).save(LEARNER.id, BuildReceipt("sha256:a", Outcome.BUILT, "Built."))
    with pytest.raises(DBAPIError, match="append-only"), storage.engine.begin() as connection:
        connection.execute(text(statement.format(table)))
