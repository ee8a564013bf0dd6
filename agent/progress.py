"""What an instructor sees of the cohort; each table says how it was counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.sql.functions import Function

from agent.gatekeeping import Gates
from agent.gates import CLOSED
from agent.hints import Hints
from agent.judgements import Judgement
from agent.learners import Learners
from agent.people import Person
from agent.records import AttemptRow, UploadRow
from agent.reviews import Reviews
from agent.storage import Storage
from knowledge.course import Course, Lesson
from tools.findings import Verdict

Row = tuple[str, ...]


@dataclass(frozen=True)
class Receipted:
    """`query` says in words which records the rows were counted from."""

    rows: tuple[Row, ...]
    query: str


class Progress:
    def __init__(
        self, storage: Storage, course: Course, *, learners: Learners, reviews: Reviews, gates: Gates, hints: Hints
    ) -> None:
        self._storage, self._course = storage, course
        self._learners, self._reviews, self._gates, self._hints = learners, reviews, gates, hints

    def stuck(self, lesson_id: str, workspace: str) -> Receipted:
        """Learners with an open gate who handed something in: their first open required criterion."""
        lesson, people = self._lesson(lesson_id), self._learners.learners(workspace)
        rows = [row for person in people if (row := self._stuck_row(person, lesson))]
        rows.sort(key=lambda row: row[2])
        query = (
            f"of {len(people)} learners, those whose {lesson.gate} is open and whose files were judged: "
            "the first required criterion that is neither met nor with an instructor, since the first review that left "
            f"it open with none that met it after, and the last attempt at it; as of {_stamp(datetime.now(UTC))} UTC"
        )
        return Receipted(tuple(rows), query)

    def _stuck_row(self, person: Person, lesson: Lesson) -> Row | None:
        standing = self._reviews.standing(person.id, lesson.id)
        if not standing or self._gates.view(person.id, lesson.id).state in CLOSED:
            return None
        unmet = [one for one in lesson.rubric if one.required and _is_open(standing.get(one.id))]
        if not unmet:
            return None
        first = unmet[0]
        more = f" (+{len(unmet) - 1})" if len(unmet) > 1 else ""
        since = self._open_since(person.id, lesson.id, first.id)
        last = self._last_attempt(person.id, lesson.id, first.id)
        return (person.name, f"{first.id} {first.title}{more}", since, last, _word(standing.get(first.id)))

    def _open_since(self, person_id: str, lesson_id: str, criterion: str) -> str:
        """The review that first left it open, none that met it after; before any review, the first upload."""
        since = None
        for review in reversed(self._reviews.all(person_id, lesson_id)):
            judged = {one.criterion: one for one in review.judgements}
            if not _is_unmet(judged.get(criterion)):
                break
            since = review.created_at
        return _stamp(since or self._uploaded(person_id, lesson_id, func.min))

    def _last_attempt(self, person_id: str, lesson_id: str, criterion: str) -> str:
        """The newest file, build or answer that counted as an attempt at it."""
        mine = (AttemptRow.person_id == person_id, AttemptRow.lesson_id == lesson_id, AttemptRow.criterion == criterion)
        with self._storage.begin() as session:
            newest = session.scalar(select(func.max(AttemptRow.created_at)).where(*mine))
        return _stamp(newest or self._uploaded(person_id, lesson_id, func.max))

    def _uploaded(self, person_id: str, lesson_id: str, which: Callable[..., Function[datetime]]) -> datetime | None:
        mine = (UploadRow.person_id == person_id, UploadRow.lesson_id == lesson_id)
        with self._storage.begin() as session:
            return session.scalar(select(which(UploadRow.created_at)).where(*mine))

    def overview(self, lesson_id: str, workspace: str) -> Receipted:
        lesson = self._lesson(lesson_id)
        rows = [self._overview_row(person, lesson) for person in self._learners.learners(workspace)]
        query = f"every learner; met = criteria of the {lesson.gate} whose newest verdict is met and not held"
        return Receipted(tuple(rows), query)

    def _overview_row(self, person: Person, lesson: Lesson) -> Row:
        view, standing = self._gates.view(person.id, lesson.id), self._reviews.standing(person.id, lesson.id)
        met = sum(not _is_unmet(one) for one in standing.values())
        last = _stamp(self._uploaded(person.id, lesson.id, func.max))
        return (person.name, view.state.value, f"{met} of {len(lesson.rubric)}", last)

    def of(self, person_id: str) -> Receipted:
        """One learner, every criterion that was looked at; `since` only where it is not met."""
        rows: list[Row] = []
        for lesson in self._course.lessons:
            standing = self._reviews.standing(person_id, lesson.id)
            rows.extend(
                (
                    lesson.title,
                    f"{one.id} {one.title}",
                    _word(standing[one.id]),
                    self._open_since(person_id, lesson.id, one.id) if _is_unmet(standing[one.id]) else "",
                    str(self._hints.level(person_id, lesson.id, one.id)),
                )
                for one in lesson.rubric
                if one.id in standing
            )
        query = "the newest verdict of each criterion, since the first review that left it open, the last hint given"
        return Receipted(tuple(rows), query)

    def _lesson(self, lesson_id: str) -> Lesson:
        return self._course.lesson(lesson_id) or self._course.lessons[0]


def _is_unmet(judgement: Judgement | None) -> bool:
    return judgement is None or judgement.verdict is not Verdict.MET or judgement.held


def _is_open(judgement: Judgement | None) -> bool:
    """Unmet, and the learner's to change."""
    return _is_unmet(judgement) and not (judgement is not None and judgement.held)


def _word(judgement: Judgement | None) -> str:
    if judgement is None:
        return Verdict.NOT_CHECKED.value
    return "held" if judgement.held else judgement.verdict.value


def _stamp(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else "never"
