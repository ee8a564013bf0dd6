"""An answer to a question of ours: its points are compared by code, and count as an attempt where one is in it."""

from __future__ import annotations

from agent.conversation.handlers import explanation
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View


class RecordAnswerArguments(Arguments):
    gave_up: bool = False  # they say that they do not know; the rest is told then


class RecordAnswer(Tool[RecordAnswerArguments]):
    name = "record_answer"
    description = "Take the message as an answer to the question that waits; code decides which points are in it."
    effect = Effect.PROPOSE
    arguments = RecordAnswerArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def run(self, view: View, arguments: RecordAnswerArguments) -> ToolResult:
        decision = explanation.assessed(view.context, gave_up=arguments.gave_up)
        if decision is None:
            return ToolResult({}, refused="That is no answer to the question that waits.")
        return ToolResult({}, decision)
