"""What instructors ask of their cohort and decide by message; nobody else is offered it."""

from __future__ import annotations

from agent.conversation.instructors import answer
from agent.conversation.tools.base import Effect, Nothing, Tool, ToolResult
from agent.conversation.view import View


class Instructors(Tool[Nothing]):
    name = "cohort"
    description = "Progress of learners, what waits for a decision, and decisions that an instructor's message states."
    effect = Effect.PROPOSE
    learners = False

    def doing(self, view: View, arguments: Nothing) -> str:  # noqa: ARG002 - the same for every argument
        return "looking at the cohort"

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        decision, query = answer(view.context, view.reading, view.dialogue.query)
        return ToolResult({}, decision.with_changes(dialogue=view.dialogue.with_changes(query=query)))
