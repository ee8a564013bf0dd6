"""What instructors see of the cohort."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.domain.gate import GateState
from agent.domain.people import Person
from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.progress import CohortProgress, LearnerProgress
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, UPLOAD, course, held, met, unmet
from tools.findings import Verdict

OTHER = Person("T1:U2", "Learner B")


@pytest.fixture
def progress(storage: Storage, people: LearnerDirectory, reviews: Reviews, gates: GateService) -> CohortProgress:
    people.remember(OTHER, datetime.now(UTC))
    gates.enrol(OTHER.id)
    return CohortProgress(storage, course(), learners=people, reviews=reviews, gates=gates)


def _first(progress: CohortProgress) -> LearnerProgress:
    """Learner A; read alone and among everybody, it is the same."""
    first, second = progress.cohort("first", "T1")
    assert (first.person.name, second.person.name) == ("Learner A", "Learner B")
    alone = progress.learner(LEARNER, course().lessons[0])
    assert (alone.history, alone.uploads, alone.attempts) == (first.history, first.uploads, first.attempts)
    assert (alone.state, alone.seen) == (first.state, first.seen)
    return first


def test_who_handed_nothing_in_is_not_stuck(progress: CohortProgress) -> None:
    learner = _first(progress)
    assert not learner.handed_in
    assert not learner.is_stuck
    assert (learner.required_met, learner.required, learner.met, learner.of) == (0, 2, 0, 3)
    assert learner.uploads.last is None


def test_the_first_open_criterion_is_named_with_its_dates(
    progress: CohortProgress, storage: Storage, reviews: Reviews
) -> None:
    Submissions(storage).record_upload(LEARNER.id, "first", UPLOAD, "m1")
    reviews.draft(LEARNER.id, "first", [met("P1"), unmet("P2", Verdict.PARTLY), unmet("P3")])
    learner = _first(progress)
    assert learner.is_stuck
    assert learner.stuck_on is not None
    assert (learner.stuck_on.id, learner.verdict) == ("P2", "partly")
    assert learner.since == learner.uploads.first
    assert learner.last_attempt == learner.uploads.last


def test_stuck_counts_from_the_first_review_that_left_it_open(progress: CohortProgress, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [met("P1")], "m1")
    second = reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m2")
    reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m3")
    learner = _first(progress)
    assert (learner.open_since("P1"), learner.more_open) == (second.created_at, 1)


def test_what_waits_for_an_instructor_is_not_the_learners_to_solve(progress: CohortProgress, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1"), met("P2"), met("P3")], "m1")
    learner = _first(progress)
    assert not learner.is_stuck
    assert [criterion.id for criterion in learner.undecided] == ["P1"]
    assert [learner.word(name) for name in ("P1", "P2", "P3")] == ["pending", "met", "met"]


def test_what_was_never_submitted_waits_for_nobody(progress: CohortProgress, reviews: Reviews) -> None:
    reviews.draft(LEARNER.id, "first", [held("P1"), met("P2"), met("P3")])
    learner = _first(progress)
    assert learner.undecided == ()
    assert learner.word("P1") == "not submitted"


def test_a_waived_gate_is_nobodys_trouble(progress: CohortProgress, reviews: Reviews, gates: GateService) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m1")
    gates.waive(LEARNER.id, "first", INSTRUCTOR, "did it at work")
    learner = _first(progress)
    assert learner.is_through
    assert not learner.is_stuck
    assert (learner.state, learner.gate.since) == (GateState.WAIVED, gates.view(LEARNER.id, "first").since)


def test_attempts_are_counted_by_criterion(progress: CohortProgress, storage: Storage) -> None:
    hints = Hints(storage)
    for digest in ("a", "b", "b"):
        hints.attempt(LEARNER.id, "first", "P2", digest)
    assert {name: tally.count for name, tally in _first(progress).attempts.items()} == {"P2": 2}


def test_another_workspace_is_not_counted(progress: CohortProgress, reviews: Reviews) -> None:
    reviews.draft(LEARNER.id, "first", [unmet("P1")])
    assert progress.cohort("first", "T2") == []
