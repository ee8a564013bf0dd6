"""What an answer looks at: the query, its lesson, the learners it is about, and the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from agent.conversation.context import Services, TurnContext
from agent.conversation.instructors.answers.phrasing import ago
from agent.conversation.instructors.queries.query import Query
from agent.domain.people import Person
from agent.domain.reply import Action
from agent.learners.mastery import Observation, Observed
from agent.learners.progress import LearnerProgress
from knowledge.course.pack import Criterion, Lesson

MAX_DAYS = 3_650  # further back is not asked

Row = tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """`counted` says how the figures come about. `people` are ids, one a row of the table.

    `attached` maps paths to digests of files that go with the reply; `talk` is the misconception of a proposed talk.
    """

    text: str
    counted: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    people: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    attached: Mapping[str, str] = field(default_factory=dict)
    talk: str = ""
    offers: bool = False  # whether it ends in an offer to show files


@dataclass(frozen=True)
class Lookup:
    context: TurnContext
    query: Query

    @property
    def services(self) -> Services:
        return self.context.services

    @property
    def now(self) -> datetime:
        return self.services.now()

    @property
    def workspace(self) -> str:
        return self.context.person.workspace

    def back(self, otherwise: int = 1) -> datetime:
        """From when on something is recent; `otherwise` are the days where none are named."""
        days = int(self.query.days) if self.query.days.isdecimal() else otherwise
        return self.now - timedelta(days=min(days, MAX_DAYS))

    @cached_property
    def lesson(self) -> Lesson:
        """The one that is named, or that holds the criteria that are."""
        return self.services.course.lesson(self.query.lesson) or self.context.lesson

    @cached_property
    def criteria(self) -> list[Criterion]:
        builds = self.query.part == "builds" and not self.query.criteria
        return [
            criterion
            for criterion in self.lesson.rubric
            if criterion.id in self.query.criteria or (builds and criterion.judged_by == "receipt")
        ]

    @cached_property
    def cohort(self) -> list[LearnerProgress]:
        return self.services.progress.cohort(self.lesson.id, self.workspace)

    @cached_property
    def learners(self) -> list[LearnerProgress]:
        """Those that the query names, in its order, each in the lesson that is named or that they are in."""
        people = (self.services.learners.find(identifier) for identifier in self.query.people)
        here = [person for person in people if person is not None and person.workspace == self.workspace]
        return [self.services.progress.learner(person, self.lesson_of(person)) for person in here]

    def lesson_of(self, person: Person) -> Lesson:
        if self.query.lesson:
            return self.lesson
        course = self.services.course
        current = course.lesson(self.services.gates.current(person.id) or "")
        begun = current and (current.id == course.lessons[0].id or self._has_begun(person, current))
        return current if current and begun else self._last_begun(person)

    def _has_begun(self, person: Person, lesson: Lesson) -> bool:
        return bool(self.services.submissions.history(person.id, lesson.id))

    def _last_begun(self, person: Person) -> Lesson:
        """A lesson that is unlocked and untouched says nothing of anybody."""
        lessons = self.services.course.lessons
        return next((one for one in reversed(lessons) if self._has_begun(person, one)), lessons[0])

    @property
    def freshness(self) -> str:
        """How old the newest of what is counted is."""
        newest = max((learner.uploads.last for learner in self.cohort if learner.uploads.last), default=None)
        return f"Last upload {ago(newest, self.now)}." if newest else "Nobody has sent a file yet."

    @cached_property
    def observations(self) -> dict[str, list[Observation]]:
        return self.services.mastery.cohort(self.lesson.id, self.workspace)

    def hints(self, learner: LearnerProgress) -> dict[str, list[Observation]]:
        """Hints that were given, by criterion, oldest first."""
        return given(
            observation
            for estimate in self.services.mastery.beliefs(learner.person.id, learner.lesson.id).values()
            for observation in estimate.observations
        )


def given(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    found: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.kind is Observed.HINTED:
            found.setdefault(observation.subject, []).append(observation)
    return found


def named(criterion: Criterion) -> str:
    return f"{criterion.id} {criterion.title}"
