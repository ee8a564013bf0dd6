"""What an instructor sees of the cohort; each table says how it was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from agent.domain.gate import CLOSED, GateState
from agent.domain.people import Person
from agent.domain.verdicts import Judgement
from agent.grading.gate_service import GateService
from agent.grading.reviews import History, ReviewRecord, Reviews
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.storage.database import Storage
from agent.storage.tables import AttemptRow, UploadRow
from knowledge.course.pack import Course, Criterion, Lesson
from tools.findings import Verdict

Row = tuple[str, ...]
Moment = datetime | None


@dataclass(frozen=True)
class Receipted:
    """`query` says in words which records the rows were counted from."""

    rows: tuple[Row, ...]
    query: str


@dataclass(frozen=True)
class LearnerProgress:
    """Where one learner is in a lesson. `stuck_on`: the first required criterion that is theirs to change."""

    person: Person
    state: GateState
    met: int
    of: int
    handed_in: bool
    waiting: int = 0  # criteria with an instructor
    stuck_on: Criterion | None = None
    more_open: int = 0
    since: Moment = None
    last_attempt: Moment = None
    verdict: str = ""

    @property
    def is_stuck(self) -> bool:
        return self.stuck_on is not None and self.handed_in and self.state not in CLOSED

    @property
    def is_at_last_step(self) -> bool:
        """No criterion is open; what is left is to find the fault that was put back."""
        return self.handed_in and self.stuck_on is None and not self.waiting and self.state not in CLOSED


class CohortProgress:
    def __init__(
        self,
        storage: Storage,
        course: Course,
        *,
        learners: LearnerDirectory,
        reviews: Reviews,
        gates: GateService,
        hints: Hints,
    ) -> None:
        self._storage, self._course = storage, course
        self._learners, self._reviews, self._gates, self._hints = learners, reviews, gates, hints

    def cohort(self, lesson_id: str, workspace: str) -> list[LearnerProgress]:
        """Everybody by name; a fixed number of queries, so that a cohort of 300 is one page like any other."""
        lesson = self._lesson(lesson_id)
        states = self._gates.cohort(lesson.id, workspace)
        histories = self._reviews.cohort(lesson.id, workspace)
        uploads, attempts = self._uploads(lesson.id), self._attempts(lesson.id)
        return [
            _place(
                lesson,
                person,
                states.get(person.id, GateState.LOCKED),
                histories.get(person.id, History()),
                uploads.get(person.id, (None, None)),
                attempts,
            )
            for person in self._learners.learners(workspace)
        ]

    def stuck(self, lesson_id: str, workspace: str) -> Receipted:
        """Learners with an open gate who handed something in: their first open required criterion."""
        lesson, places = self._lesson(lesson_id), self.cohort(lesson_id, workspace)
        found = sorted((place for place in places if place.is_stuck), key=lambda place: stamp(place.since))
        query = (
            f"of {_people(len(places))}, those whose {lesson.gate} is open and whose files were judged: "
            "the first required criterion that is neither met nor with an instructor, since the first review that left "
            f"it open with none that met it after, and the last attempt at it; as of {stamp(datetime.now(UTC))} UTC"
        )
        return Receipted(tuple(_stuck_row(match_found) for match_found in found), query)

    def silent(self, lesson_id: str, workspace: str) -> Receipted:
        lesson, places = self._lesson(lesson_id), self.cohort(lesson_id, workspace)
        found = [place for place in places if not place.handed_in and place.state not in CLOSED]
        query = (
            f"of {_people(len(places))}, those of whom no file was ever judged and whose {lesson.gate} is not closed"
        )
        return Receipted(tuple((match_found.person.name, match_found.state.value) for match_found in found), query)

    def overview(self, lesson_id: str, workspace: str) -> Receipted:
        lesson, places = self._lesson(lesson_id), self.cohort(lesson_id, workspace)
        counted = Counter(place.state.value for place in places)
        states = ", ".join(f"{number} {state}" for state, number in counted.most_common())
        query = (
            f"every learner ({states or 'nobody yet'}); met = criteria of the {lesson.gate} whose newest verdict is "
            "met and not held"
        )
        rows = [
            (place.person.name, place.state.value, f"{place.met} of {place.of}", stamp(place.last_attempt))
            for place in places
        ]
        return Receipted(tuple(rows), query)

    def of(self, person_id: str) -> Receipted:
        """One learner, every criterion that was looked at; `since` only where it is not met."""
        rows: list[Row] = []
        for lesson in self._course.lessons:
            criterion_status = self._reviews.criterion_status(person_id, lesson.id)
            reviews, first = self._reviews.all(person_id, lesson.id), self._uploads(lesson.id).get(person_id)
            rows.extend(
                (
                    lesson.title,
                    f"{criterion.id} {criterion.title}",
                    _word(criterion_status[criterion.id]),
                    stamp(_open_since(reviews, criterion.id) or (first[0] if first else None))
                    if _is_unmet(criterion_status[criterion.id])
                    else "",
                    str(self._hints.level(person_id, lesson.id, criterion.id)),
                )
                for criterion in lesson.rubric
                if criterion.id in criterion_status
            )
        query = "the newest verdict of each criterion, since the first review that left it open, the last hint given"
        return Receipted(tuple(rows), query)

    def _uploads(self, lesson_id: str) -> dict[str, tuple[Moment, Moment]]:
        """Each learner's first and last upload."""
        spans = select(UploadRow.person_id, func.min(UploadRow.created_at), func.max(UploadRow.created_at))
        mine = spans.where(UploadRow.lesson_id == lesson_id).group_by(UploadRow.person_id)
        with self._storage.begin() as session:
            return {row[0]: (row[1], row[2]) for row in session.execute(mine)}

    def _attempts(self, lesson_id: str) -> dict[tuple[str, str], datetime]:
        """The newest file, build or answer that counted as an attempt, by learner and criterion."""
        newest = select(AttemptRow.person_id, AttemptRow.criterion, func.max(AttemptRow.created_at))
        mine = newest.where(AttemptRow.lesson_id == lesson_id).group_by(AttemptRow.person_id, AttemptRow.criterion)
        with self._storage.begin() as session:
            return {(row[0], row[1]): row[2] for row in session.execute(mine)}

    def _lesson(self, lesson_id: str) -> Lesson:
        return self._course.lesson(lesson_id) or self._course.lessons[0]


def _place(
    lesson: Lesson,
    person: Person,
    state: GateState,
    history: History,
    uploads: tuple[Moment, Moment],
    attempts: Mapping[tuple[str, str], datetime],
) -> LearnerProgress:
    criterion_status, (first, last) = history.criterion_status, uploads
    unmet = [
        criterion for criterion in lesson.rubric if criterion.required and _is_open(criterion_status.get(criterion.id))
    ]
    target = unmet[0] if unmet else None
    return LearnerProgress(
        person,
        state,
        met=sum(not _is_unmet(judgement) for judgement in criterion_status.values()),
        of=len(lesson.rubric),
        handed_in=bool(criterion_status),
        waiting=sum(judgement.pending for judgement in criterion_status.values()),
        stuck_on=target,
        more_open=max(0, len(unmet) - 1),
        since=_open_since(history.reviews, target.id) or first if target else None,
        last_attempt=(attempts.get((person.id, target.id)) if target else None) or last,
        verdict=_word(criterion_status.get(target.id)) if target else "",
    )


def _stuck_row(one: LearnerProgress) -> Row:
    more = f" (+{one.more_open})" if one.more_open else ""
    title = f"{one.stuck_on.id} {one.stuck_on.title}{more}" if one.stuck_on else ""
    return (one.person.name, title, stamp(one.since), stamp(one.last_attempt), one.verdict)


def _open_since(reviews: tuple[ReviewRecord, ...] | list[ReviewRecord], criterion: str) -> Moment:
    """The review that first left it open, none that met it after; before any review, nothing."""
    since = None
    for review in reversed(reviews):
        judged = {judgement.criterion: judgement for judgement in review.judgements}
        if not _is_unmet(judged.get(criterion)):
            break
        since = review.created_at
    return since


def _is_unmet(judgement: Judgement | None) -> bool:
    return judgement is None or judgement.verdict is not Verdict.MET or judgement.pending


def _is_open(judgement: Judgement | None) -> bool:
    """Unmet, and the learner's to change."""
    return _is_unmet(judgement) and not (judgement is not None and judgement.pending)


def _word(judgement: Judgement | None) -> str:
    if judgement is None:
        return Verdict.NOT_CHECKED.value
    return "held" if judgement.pending else judgement.verdict.value


def _people(count: int) -> str:
    return f"{count} {'learner' if count == 1 else 'learners'}"


def stamp(at: Moment) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else "never"
