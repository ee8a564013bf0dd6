"""What instructors see of the cohort."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.domain.people import Person
from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.progress import CohortProgress
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, UPLOAD, course, held, met, unmet
from tools.findings import Verdict

OTHER = Person("T1:U2", "Learner B")


@pytest.fixture
def progress(storage: Storage, people: LearnerDirectory, reviews: Reviews, gates: GateService) -> CohortProgress:
    people.remember(OTHER, datetime.now(UTC))
    gates.enrol(OTHER.id)
    return CohortProgress(storage, course(), learners=people, reviews=reviews, gates=gates, hints=Hints(storage))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def test_who_handed_nothing_in_is_not_stuck(progress: CohortProgress) -> None:
    assert progress.stuck("first", "T1").rows == ()
    assert progress.of(LEARNER.id).rows == ()
    assert progress.overview("first", "T1").rows == (
        ("Learner A", "open", "0 of 3", "never"),
        ("Learner B", "open", "0 of 3", "never"),
    )


def test_the_first_open_criterion_is_named_with_its_dates_and_how_it_was_counted(
    progress: CohortProgress, storage: Storage, reviews: Reviews
) -> None:
    Submissions(storage).record_upload(LEARNER.id, "first", UPLOAD, "m1")
    reviews.draft(LEARNER.id, "first", [met("P1"), unmet("P2", Verdict.PARTLY), unmet("P3")])
    found = progress.stuck("first", "T1")
    assert [(row[0], row[1], row[4]) for row in found.rows] == [("Learner A", "P2 Title P2", "partly")]
    assert "never" not in found.rows[0]
    assert "of 2 learners" in found.query


def test_stuck_counts_from_the_first_review_that_left_it_open(
    progress: CohortProgress, reviews: Reviews, storage: Storage
) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [met("P1")], "m1")
    second = reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m2")
    reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m3")
    row = progress.stuck("first", "T1").rows[0]
    assert row[:3] == ("Learner A", "P1 Title P1 (+1)", _stamp(second.created_at))


def test_what_waits_for_an_instructor_is_not_the_learners_to_solve(progress: CohortProgress, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1"), met("P2"), met("P3")], "m1")
    assert progress.stuck("first", "T1").rows == ()
    assert [row[2] for row in progress.of(LEARNER.id).rows] == ["held", "met", "met"]


def test_a_waived_gate_is_nobodys_trouble(progress: CohortProgress, reviews: Reviews, gates: GateService) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m1")
    gates.waive(LEARNER.id, "first", INSTRUCTOR, "did it at work")
    assert progress.stuck("first", "T1").rows == ()
    assert progress.overview("first", "T1").rows[0][:3] == ("Learner A", "waived", "0 of 3")


def test_one_learners_sheet_shows_verdicts_dates_and_hints(
    progress: CohortProgress, storage: Storage, reviews: Reviews
) -> None:
    review = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2")], "m1")
    Hints(storage).give(LEARNER.id, "first", "P2")
    assert progress.of(LEARNER.id).rows == (
        ("Lesson first", "P1 Title P1", "met", "", "0"),
        ("Lesson first", "P2 Title P2", "not met", _stamp(review.created_at), "1"),
    )


def test_another_workspace_is_not_counted(progress: CohortProgress, reviews: Reviews) -> None:
    reviews.draft(LEARNER.id, "first", [unmet("P1")])
    assert progress.stuck("first", "T2").rows == progress.overview("first", "T2").rows == ()
