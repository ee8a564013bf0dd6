"""The port for what thinks in a turn: it looks at the view and the results so far, and asks for a tool or speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agent.conversation.decision import Decision
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.view import View


class Mind(Protocol):
    def step(self, view: View, results: Sequence[ToolResult]) -> ToolCall | Decision:
        """With the same results always the same: a turn that was cut off is thought again from its beginning."""
        ...
