"""What is stored of the person who asks, and the button that deletes it."""

from __future__ import annotations

from agent.conversation.handlers import privacy
from agent.conversation.tools.base import Nothing, Tool, ToolResult
from agent.conversation.view import View


class StoredData(Tool[Nothing]):
    name = "stored_data"
    description = "What is stored of the person who asks, with a button that deletes it."

    def offered(self, view: View) -> bool:
        return super().offered(view) and not view.context.in_channel

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        return ToolResult({}, privacy.answer(view.context))
