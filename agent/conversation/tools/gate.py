"""Where the learner stands: the gate's state, and each criterion's verdict."""

from __future__ import annotations

from agent.conversation import rendering
from agent.conversation.handlers import criterion_status
from agent.conversation.tools.base import Nothing, Tool, ToolResult
from agent.conversation.view import View


class Gate(Tool[Nothing]):
    name = "gate"
    description = "The gate's state, what is met, what is open, and what waits for an instructor."
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: Nothing) -> str:  # noqa: ARG002 - the same for every argument
        return "looking at your gate"

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        context = view.context
        state = context.services.gates.view(context.person.id, context.lesson.id).state
        marks = {name: rendering.verdict(judgement) for name, judgement in view.status.items()}
        return ToolResult({"state": rendering.STATES[state], "verdicts": marks}, criterion_status.report(context))
