"""What a node of the graph works with: one turn, and the services of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.answering import Answerer
from agent.asked import Asked
from agent.assessment import Assessor
from agent.gatekeeping import Gates
from agent.hints import Hints
from agent.intents import Embed, IntentReader
from agent.learners import Learners
from agent.people import Person
from agent.progress import Progress
from agent.receipts import Receipts
from agent.reviews import Reviews
from agent.submissions import Submissions
from agent.turns import Turn
from agent.voice import Voice
from knowledge.course import Course, Lesson
from tools.builder import Builder


@dataclass(frozen=True)
class Services:
    """Built once by the composition root, shared by all turns."""

    course: Course
    learners: Learners
    submissions: Submissions
    reviews: Reviews
    receipts: Receipts
    gates: Gates
    hints: Hints
    asked: Asked
    progress: Progress
    answerer: Answerer
    assessor: Assessor
    builder: Builder
    intents: IntentReader
    voice: Voice
    embed: Embed
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Desk:
    """One turn at the tutor's desk; `emit` receives pieces of a streamed reply."""

    services: Services
    turn: Turn
    lesson: Lesson
    emit: Callable[[str], None]

    @property
    def person(self) -> Person:
        return self.turn.person

    @property
    def in_channel(self) -> bool:
        return self.turn.channel is not None

    def verdicts(self) -> Mapping[str, str]:
        standing = self.services.reviews.standing(self.person.id, self.lesson.id)
        return {
            one.id: standing[one.id].verdict.value if one.id in standing else "not checked"
            for one in self.lesson.rubric
        }
