"""An idea for one of the learner's findings, in words or as a line: code decides whether it is right, and counts it."""

from __future__ import annotations

from agent.conversation.handlers import attempt
from agent.conversation.tools.base import Effect, Nothing, Tool, ToolResult
from agent.conversation.view import View


class RecordAttempt(Tool[Nothing]):
    name = "record_attempt"
    description = "Take the message as an idea for one of the learner's findings; code decides whether it mends it."
    effect = Effect.PROPOSE
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private and bool(view.findings)

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        decision = attempt.assessed(view)
        if decision is None:
            return ToolResult({}, refused="That is no idea for a finding that I recognise.")
        return ToolResult({}, decision)
