"""Whatever learners and instructors do, in whatever order: the ledger verifies, and no gate passes unearned."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent.domain.gate import CLOSED, GateState
from agent.domain.verdicts import Judgement
from agent.errors import TutorError
from agent.grading import verification
from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, PLAN, UPLOAD, course, held, met, unmet
from tools.findings import Verdict
from tools.uploads.files import SourceFile, Upload

REVISED = Upload.of([PLAN, SourceFile("Dockerfile", b"FROM python:3.12\n")])
JUDGED = st.sampled_from([met, unmet, held, lambda name: unmet(name, Verdict.PARTLY)])
LESSONS = st.sampled_from(["first", "second"])
CRITERIA = {"first": ("P1", "P2", "P3"), "second": ("R1",)}


@cache
def _migrated() -> bytes:
    """The tables, migrated once for all examples."""
    with TemporaryDirectory() as folder:
        Storage.open(f"sqlite:///{folder}/tutor.db").close()
        return Path(folder, "tutor.db").read_bytes()


def _fresh_copy(folder: Path) -> str:
    (folder / "tutor.db").write_bytes(_migrated())
    return f"sqlite:///{folder}/tutor.db"


class TheLedgerHolds(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.storage = Storage.open(_fresh_copy(Path(self.folder.name)), migrate=False)
        self.reviews = Reviews(self.storage)
        self.gates = GateService(self.storage, course(), self.reviews)
        LearnerDirectory(self.storage).remember(LEARNER, datetime.now(UTC))
        self.gates.enrol(LEARNER.id)
        self.submitted = 0
        self.waived: set[str] = set()

    def teardown(self) -> None:
        self.storage.close()
        self.folder.cleanup()

    @rule(lesson=LESSONS, judged=st.lists(JUDGED, min_size=3, max_size=3), upload=st.sampled_from([UPLOAD, REVISED]))
    def submit(self, lesson: str, judged: list[Callable[[str], Judgement]], upload: Upload) -> None:
        if self.gates.view(LEARNER.id, lesson).state in CLOSED:
            return
        self.submitted += 1
        judgements = [make(name) for make, name in zip(judged, CRITERIA[lesson], strict=False)]
        with contextlib.suppress(TutorError):
            review = self.reviews.record(LEARNER.id, lesson, upload, judgements, f"m{self.submitted}")
            self.gates.review(LEARNER.id, lesson, review)

    @rule(lesson=LESSONS, verdict=st.sampled_from([Verdict.MET, Verdict.NOT_MET]), which=st.integers(0, 5))
    def decide(self, lesson: str, verdict: Verdict, which: int) -> None:
        waiting = self.reviews.pending(lesson, "T1")
        if waiting:
            one = waiting[which % len(waiting)]
            with contextlib.suppress(TutorError):
                review = self.reviews.decide(one.review_id, one.judgement.criterion, verdict, INSTRUCTOR, "seen")
                self.gates.review(LEARNER.id, lesson, review)

    @rule(lesson=LESSONS)
    def run_the_last_turn_again(self, lesson: str) -> None:
        review = self.reviews.latest(LEARNER.id, lesson)
        if review is not None:
            with contextlib.suppress(TutorError):
                self.gates.review(LEARNER.id, lesson, review)

    @rule(lesson=LESSONS)
    def waive(self, lesson: str) -> None:
        with contextlib.suppress(TutorError):
            self.gates.waive(LEARNER.id, lesson, INSTRUCTOR, "did it at work")
            self.waived.add(lesson)

    @rule(lesson=LESSONS)
    def reopen(self, lesson: str) -> None:
        with contextlib.suppress(TutorError):
            self.gates.reopen(LEARNER.id, lesson, INSTRUCTOR, "a second look")

    @invariant()
    def the_ledger_verifies(self) -> None:
        assert verification.verify(self.storage, course()) == []

    @invariant()
    def a_passed_gate_has_every_required_criterion_met(self) -> None:
        for lesson in course().lessons:
            if self.gates.view(LEARNER.id, lesson.id).state is GateState.PASSED:
                review = self.reviews.latest(LEARNER.id, lesson.id)
                assert review is not None
                met_ones = {
                    judgement.criterion
                    for judgement in review.judgements
                    if judgement.verdict is Verdict.MET and not judgement.pending
                }
                assert {criterion.id for criterion in lesson.rubric if criterion.required} <= met_ones

    @invariant()
    def a_lesson_opens_only_behind_one_that_is_done(self) -> None:
        if self.gates.view(LEARNER.id, "second").state is not GateState.LOCKED and "second" not in self.waived:
            with self.storage.begin() as session:
                assert (
                    session.connection()
                    .exec_driver_sql(
                        "SELECT count(*) FROM gate_events WHERE lesson_id = 'first' AND state IN ('passed', 'waived')"
                    )
                    .scalar_one()
                )


TheLedgerHolds.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, phases=[Phase.generate, Phase.shrink]
)
test_the_ledger_holds = TheLedgerHolds.TestCase
