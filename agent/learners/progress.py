"""Where learners are in a lesson: one row each, made of reviews, gates, uploads and attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, select

from agent.domain.gate import CLOSED, GateState
from agent.domain.people import Person
from agent.domain.verdicts import Judgement
from agent.grading.gate_service import GateService, GateView
from agent.grading.reviews import History, ReviewRecord, Reviews
from agent.learners.directory import LearnerDirectory, Seen
from agent.storage.database import Storage
from agent.storage.tables import AttemptRow, UploadRow
from knowledge.course.pack import Course, Criterion, Lesson
from tools.findings import Verdict

Moment = datetime | None
NOT_CHECKED, PENDING, NOT_SUBMITTED = Verdict.NOT_CHECKED.value, "pending", "not submitted"


@dataclass(frozen=True)
class Tally:
    """How often something happened, the first and the last time."""

    count: int = 0
    first: Moment = None
    last: Moment = None


@dataclass(frozen=True)
class LearnerProgress:
    """One learner in one lesson. `met` and `of` count all criteria, `required_met` those that the gate asks for."""

    person: Person
    lesson: Lesson
    gate: GateView
    history: History = field(default_factory=History)
    uploads: Tally = field(default_factory=Tally)
    attempts: Mapping[str, Tally] = field(default_factory=dict)  # by criterion: a changed file, a build, an answer
    seen: Seen | None = None

    @property
    def state(self) -> GateState:
        return self.gate.state

    @property
    def is_through(self) -> bool:
        return self.state in CLOSED

    @property
    def handed_in(self) -> bool:
        return bool(self.history.criterion_status)

    @property
    def of(self) -> int:
        return len(self.lesson.rubric)

    @property
    def met(self) -> int:
        return sum(not is_unmet(judgement) for judgement in self.history.criterion_status.values())

    @property
    def required(self) -> int:
        return sum(criterion.required for criterion in self.lesson.rubric)

    @property
    def required_met(self) -> int:
        return sum(criterion.required and not self.lacks(criterion.id) for criterion in self.lesson.rubric)

    @property
    def waiting(self) -> int:
        """Criteria that are pending with an instructor."""
        return sum(judgement.pending for judgement in self.history.criterion_status.values())

    @property
    def undecided(self) -> tuple[Criterion, ...]:
        """What waits for an instructor's decision: of the newest review, while the gate is not behind the learner."""
        if self.is_through or not self.history.reviews:
            return ()
        waiting = {judgement.criterion for judgement in self.history.reviews[-1].judgements if judgement.pending}
        return tuple(criterion for criterion in self.lesson.rubric if criterion.id in waiting)

    @property
    def open(self) -> tuple[Criterion, ...]:
        """Required criteria that are the learner's to change, in the rubric's order."""
        return tuple(
            criterion
            for criterion in self.lesson.rubric
            if criterion.required and _is_open(self.judgement(criterion.id))
        )

    @property
    def stuck_on(self) -> Criterion | None:
        return next(iter(self.open), None)

    @property
    def more_open(self) -> int:
        return max(0, len(self.open) - 1)

    @property
    def since(self) -> Moment:
        return self.open_since(self.stuck_on.id) if self.stuck_on else None

    @property
    def last_attempt(self) -> Moment:
        tried = self.attempts.get(self.stuck_on.id) if self.stuck_on else None
        return (tried.last if tried else None) or self.uploads.last

    @property
    def verdict(self) -> str:
        return self.word(self.stuck_on.id) if self.stuck_on else ""

    @property
    def is_stuck(self) -> bool:
        return self.stuck_on is not None and self.handed_in and not self.is_through

    @property
    def is_at_last_step(self) -> bool:
        """No criterion is open; what is left is to find the fault that was put back."""
        return self.handed_in and self.stuck_on is None and not self.waiting and not self.is_through

    def judgement(self, criterion: str) -> Judgement | None:
        return self.history.criterion_status.get(criterion)

    def lacks(self, criterion: str) -> bool:
        return is_unmet(self.judgement(criterion))

    def word(self, criterion: str) -> str:
        """The verdict; `pending` with an instructor, `not submitted` where one will have to decide once it is."""
        judgement = self.judgement(criterion)
        if judgement is None:
            return NOT_CHECKED
        if not judgement.pending:
            return judgement.verdict.value
        return PENDING if criterion in {one.id for one in self.undecided} else NOT_SUBMITTED

    def open_since(self, criterion: str) -> Moment:
        """The review that first left it open with none that met it after; before any review, the first upload."""
        since = None
        for review in reversed(self.history.reviews):
            if not is_unmet(judged(review).get(criterion)):
                break
            since = review.created_at
        return since or self.uploads.first


class CohortProgress:
    def __init__(
        self, storage: Storage, course: Course, *, learners: LearnerDirectory, reviews: Reviews, gates: GateService
    ) -> None:
        self._storage, self._course = storage, course
        self._learners, self._reviews, self._gates = learners, reviews, gates

    def cohort(self, lesson_id: str, workspace: str) -> list[LearnerProgress]:
        """Everybody by name; a fixed number of queries, so that a cohort of 300 is one page like any other."""
        lesson = self._course.lesson(lesson_id) or self._course.lessons[0]
        gates = self._gates.cohort(lesson.id, workspace)
        histories = self._reviews.cohort(lesson.id, workspace)
        seen = self._learners.seen(workspace)
        uploads = self._uploads(lesson.id, UploadRow.person_id.startswith(f"{workspace}:", autoescape=True))
        attempts = self._attempts(lesson.id, AttemptRow.person_id.startswith(f"{workspace}:", autoescape=True))
        return [
            LearnerProgress(
                person,
                lesson,
                gates.get(person.id, GateView(lesson.id, GateState.LOCKED, 0, datetime.now(UTC))),
                histories.get(person.id, History()),
                uploads.get(person.id, Tally()),
                attempts.get(person.id, {}),
                seen.get(person.id),
            )
            for person in self._learners.learners(workspace)
        ]

    def learner(self, person: Person, lesson: Lesson) -> LearnerProgress:
        """The same of one learner, without reading everybody."""
        reviews = tuple(self._reviews.all(person.id, lesson.id))
        return LearnerProgress(
            person,
            lesson,
            self._gates.view(person.id, lesson.id),
            History(reviews, self._reviews.criterion_status(person.id, lesson.id)),
            self._uploads(lesson.id, UploadRow.person_id == person.id).get(person.id, Tally()),
            self._attempts(lesson.id, AttemptRow.person_id == person.id).get(person.id, {}),
            self._learners.seen(person.workspace).get(person.id),
        )

    def _uploads(self, lesson_id: str, whose: ColumnElement[bool]) -> dict[str, Tally]:
        at = UploadRow.created_at
        spans = select(UploadRow.person_id, func.count(), func.min(at), func.max(at))
        found = spans.where(UploadRow.lesson_id == lesson_id, whose).group_by(UploadRow.person_id)
        with self._storage.begin() as session:
            return {row[0]: Tally(*row[1:]) for row in session.execute(found)}

    def _attempts(self, lesson_id: str, whose: ColumnElement[bool]) -> dict[str, dict[str, Tally]]:
        at = AttemptRow.created_at
        spans = select(AttemptRow.person_id, AttemptRow.criterion, func.count(), func.min(at), func.max(at))
        found = spans.where(AttemptRow.lesson_id == lesson_id, whose)
        tallies: dict[str, dict[str, Tally]] = {}
        with self._storage.begin() as session:
            for row in session.execute(found.group_by(AttemptRow.person_id, AttemptRow.criterion)):
                tallies.setdefault(row[0], {})[row[1]] = Tally(*row[2:])
        return tallies


def judged(review: ReviewRecord) -> dict[str, Judgement]:
    return {judgement.criterion: judgement for judgement in review.judgements}


def required_met(lesson: Lesson, review: ReviewRecord) -> int:
    """How many required criteria a review found met."""
    judgements = judged(review)
    return sum(criterion.required and not is_unmet(judgements.get(criterion.id)) for criterion in lesson.rubric)


def is_unmet(judgement: Judgement | None) -> bool:
    return judgement is None or judgement.verdict is not Verdict.MET or judgement.pending


def _is_open(judgement: Judgement | None) -> bool:
    """Unmet, and the learner's to change."""
    return is_unmet(judgement) and not (judgement is not None and judgement.pending)


def stamp(at: Moment) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else "never"
