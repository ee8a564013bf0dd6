"""What a node of the graph works with: one turn, and the services of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent.conversation.answering import Answerer
from agent.conversation.audience import Audience
from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.domain.verdicts import Judgement
from agent.grading.assessment import Assessor
from agent.grading.gate_service import GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.guardrails.leaks.meter import LeakMeter
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.mastery import Mastery, Observed
from agent.learners.model_spending import ModelSpending
from agent.learners.privacy import PrivacyService
from agent.learners.progress import CohortProgress
from agent.learners.questions_asked import QuestionsAsked
from agent.llm.accounting import Limits
from agent.understanding.act_model import ActModel
from agent.understanding.explanations import Explanations
from knowledge.course.pack import Course, Lesson
from knowledge.retrieval.packed_vectors import Embed
from tools.sandbox.builder import Builder


@dataclass(frozen=True)
class Services:
    """Built once by the composition root, shared by all turns."""

    course: Course
    learners: LearnerDirectory
    mastery: Mastery
    submissions: Submissions
    reviews: Reviews
    receipts: Receipts
    gates: GateService
    hints: Hints
    explanations: Explanations
    leaks: LeakMeter
    questions_asked: QuestionsAsked
    forgetting: PrivacyService
    progress: CohortProgress
    answerer: Answerer
    assessor: Assessor
    builder: Builder
    reader: ActModel
    spending: ModelSpending
    model_limits: Limits
    embed: Embed
    now: Callable[[], datetime]


@dataclass(frozen=True)
class TurnContext:
    """One turn at the tutor's desk, and who waits for it."""

    services: Services
    turn: Turn
    lesson: Lesson
    audience: Audience = field(default_factory=Audience)

    @property
    def person(self) -> Person:
        return self.turn.person

    @property
    def in_channel(self) -> bool:
        return self.turn.channel is not None

    @property
    def says_something(self) -> bool:
        """More than a nod: two words with letters in them."""
        return len([word for word in self.turn.text.split() if any(map(str.isalpha, word))]) > 1

    def criterion_status(self) -> dict[str, Judgement]:
        return self.services.reviews.criterion_status(self.person.id, self.lesson.id)

    def note(self, subject: str, kind: Observed, evidence: str = "") -> None:
        said = evidence or self.turn.text
        self.services.mastery.note(self.person, self.lesson.id, subject, kind, said, self.turn.key)

    @property
    def is_tutored(self) -> bool:
        """Whether this is a learner's own way through the lesson: nobody else hears of its next step."""
        return not self.in_channel and not self.person.is_instructor

    def verdicts(self) -> Mapping[str, str]:
        """Criterion to verdict, of this lesson and of those that are behind the learner."""
        found: dict[str, str] = {}
        for lesson in self.services.course.lessons:
            criterion_status = self.services.reviews.criterion_status(self.person.id, lesson.id)
            if criterion_status or lesson.id == self.lesson.id:
                unjudged = dict.fromkeys((criterion.id for criterion in lesson.rubric), "not checked")
                found |= unjudged | {
                    name: one.verdict.value for name, one in criterion_status.items() if name in unjudged
                }
        return found
