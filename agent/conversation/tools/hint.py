"""An earned hint on one criterion: the engine decides its level, or asks something else instead."""

from __future__ import annotations

from pydantic import Field

from agent.conversation.handlers.hint import guide
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View


class HintArguments(Arguments):
    criterion: str = Field("", max_length=8)  # the next open one where it is empty


class Hint(Tool[HintArguments]):
    name = "hint"
    description = "Give the next hint on a criterion, if the learner earned one; policy decides the level."
    effect = Effect.PROPOSE
    arguments = HintArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def run(self, view: View, arguments: HintArguments) -> ToolResult:
        decision = guide(view.context, arguments.criterion)
        return ToolResult({"level": decision.hint_level}, decision)
