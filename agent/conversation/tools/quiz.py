"""A question of the pack that this learner was not asked before: about what is open first, then about what is weak."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from agent.conversation import rendering
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View
from agent.learners.mastery import MasteryLevel
from knowledge.course.pack import Question

ABOUT = 0.42  # cosine from which a question is about what they named


class QuizArguments(Arguments):
    criterion: str = Field("", max_length=8)
    about: str = Field("", max_length=200)  # what they want to be asked about


class Quiz(Tool[QuizArguments]):
    name = "quiz"
    description = "Ask the learner one question of the pack, never one that they were asked before."
    effect = Effect.PROPOSE
    arguments = QuizArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: QuizArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "looking for a question"

    def run(self, view: View, arguments: QuizArguments) -> ToolResult:
        context = view.context
        asked = context.services.questions_asked.already_asked(context.person.id, context.lesson.id)
        fresh = [question for question in context.lesson.questions if question.id not in asked]
        chosen = next(self._in_order(view, fresh, arguments), None)
        if chosen is None:
            return ToolResult({}, refused="I have asked you every question that this lesson has about it.")
        return ToolResult({"id": chosen.id, "text": chosen.text, "criterion": chosen.criterion})

    def _in_order(self, view: View, fresh: list[Question], arguments: QuizArguments) -> Iterator[Question]:
        if arguments.criterion:
            yield from (question for question in fresh if arguments.criterion == question.criterion)
        if arguments.about and fresh:
            message, *near = view.context.services.embed([arguments.about, *(question.text for question in fresh)])
            best = max(range(len(fresh)), key=lambda place: float(near[place] @ message))
            if float(near[best] @ message) >= ABOUT:
                yield fresh[best]
        beliefs = view.context.services.mastery.beliefs(view.context.person.id, view.context.lesson.id)
        shaky = {subject for subject, belief in beliefs.items() if belief.criterion_status is MasteryLevel.SHAKY}
        opened = {
            criterion.id
            for criterion in view.context.lesson.rubric
            if not rendering.is_met(view.status.get(criterion.id))
        }
        yield from (question for question in fresh if question.criterion in opened & shaky)
        yield from (question for question in fresh if view.status and question.criterion in opened)
        yield from fresh
