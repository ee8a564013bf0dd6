"""What the tutor thinks that the learner knows, with the evidence, and a way to contest it."""

from __future__ import annotations

from agent.conversation.handlers import mastery
from agent.conversation.tools.base import Nothing, Tool, ToolResult
from agent.conversation.view import View


class MasteryTool(Tool[Nothing]):
    name = "mastery"
    description = "What the tutor has seen the learner know or miss, each with its evidence."
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: Nothing) -> str:  # noqa: ARG002 - the same for every argument
        return "looking at what you have shown"

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        return ToolResult({}, mastery.answer(view.context))
