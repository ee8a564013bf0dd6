"""What an instructor sees of the cohort; each table says how it was counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from agent.gatekeeping import Gates
from agent.gates import CLOSED
from agent.hints import Hints
from agent.learners import Learners
from agent.people import Person
from agent.records import UploadRow
from agent.reviews import Reviews
from agent.storage import Storage
from knowledge.course import Course, Criterion, Lesson
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

    def stuck(self, lesson_id: str) -> Receipted:
        """Learners with an open gate and an attempt that is not met: their first open required criterion."""
        lesson = self._lesson(lesson_id)
        rows = [row for person in self._learners.learners() if (row := self._stuck_row(person, lesson))]
        rows.sort(key=lambda row: row[2])
        query = (
            f"learners whose {lesson.gate} is not passed or waived and who handed something in; the first "
            f"required criterion that is neither met nor with an instructor; as of {_stamp(datetime.now(UTC))} UTC"
        )
        return Receipted(tuple(rows), query)

    def _stuck_row(self, person: Person, lesson: Lesson) -> Row | None:
        view = self._gates.view(person.id, lesson.id)
        standing = self._reviews.standing(person.id, lesson.id)
        if view.state in CLOSED or not standing:
            return None
        required = [one for one in lesson.rubric if one.required and one.id in standing]
        unmet = [one for one in required if standing[one.id].verdict is not Verdict.MET and not standing[one.id].held]
        if not unmet:
            return None
        first = unmet[0]
        more = f" (+{len(unmet) - 1})" if len(unmet) > 1 else ""
        since, last = self._attempts(person.id, lesson.id)
        return (person.name, f"{first.id} {first.title}{more}", since, last, standing[first.id].verdict.value)

    def _attempts(self, person_id: str, lesson_id: str) -> tuple[str, str]:
        """When the learner first and last handed something in."""
        mine = (UploadRow.person_id == person_id, UploadRow.lesson_id == lesson_id)
        with self._storage.begin() as session:
            found = session.execute(
                select(func.min(UploadRow.created_at), func.max(UploadRow.created_at)).where(*mine)
            ).one()
        return _stamp(found[0]), _stamp(found[1])

    def overview(self, lesson_id: str) -> Receipted:
        lesson = self._lesson(lesson_id)
        rows = [self._overview_row(person, lesson) for person in self._learners.learners()]
        query = f"every learner; met = criteria of the {lesson.gate} whose newest verdict is met and not held"
        return Receipted(tuple(rows), query)

    def _overview_row(self, person: Person, lesson: Lesson) -> Row:
        view, standing = self._gates.view(person.id, lesson.id), self._reviews.standing(person.id, lesson.id)
        met = sum(one.verdict is Verdict.MET and not one.held for one in standing.values())
        last = self._attempts(person.id, lesson.id)[1]
        return (person.name, view.state.value, f"{met} of {len(lesson.rubric)}", last)

    def of(self, person_id: str) -> Receipted:
        """One learner, every criterion that was looked at."""
        rows: list[Row] = []
        for lesson in self._course.lessons:
            standing = self._reviews.standing(person_id, lesson.id)
            since = _stamp(self._gates.view(person_id, lesson.id).since)
            rows.extend(
                (
                    lesson.title,
                    f"{one.id} {one.title}",
                    "held" if standing[one.id].held else standing[one.id].verdict.value,
                    since,
                    str(self._hints.level(person_id, lesson.id, one.id)),
                )
                for one in _judged(lesson, standing)
            )
        return Receipted(tuple(rows), "the newest verdict of each criterion, and the level of the last hint given")

    def _lesson(self, lesson_id: str) -> Lesson:
        return self._course.lesson(lesson_id) or self._course.lessons[0]


def _judged(lesson: Lesson, standing: Iterable[str]) -> list[Criterion]:
    known = set(standing)
    return [one for one in lesson.rubric if one.id in known]


def _stamp(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else "never"
