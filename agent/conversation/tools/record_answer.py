"""An answer to a question of ours: its points are compared by code, and count as an attempt where one is in it."""

from __future__ import annotations

from pydantic import Field

from agent.conversation.handlers import explanation
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View


class QuotedPoint(Arguments):
    point: str = Field(max_length=80, description="Id of a point of the question that waits.")
    words: str = Field(max_length=400, description="Their own words for it, copied from the message.")


class RecordAnswerArguments(Arguments):
    gave_up: bool = Field(default=False, description="They say that they do not know; the rest is told then.")
    points: list[QuotedPoint] = Field(default=[], max_length=6, description="Points that are in the message.")
    withdrawn: list[str] = Field(default=[], max_length=6, description="Ids of points that they take back now.")


class RecordAnswer(Tool[RecordAnswerArguments]):
    name = "record_answer"
    description = "Take the message as an answer to the question that waits; code decides which points are in it."
    effect = Effect.PROPOSE
    arguments = RecordAnswerArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: RecordAnswerArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "reading your answer"

    def run(self, view: View, arguments: RecordAnswerArguments) -> ToolResult:
        if arguments.withdrawn:
            explanation.withdraw(view.context, arguments.withdrawn)
        quotes = {quoted.point: quoted.words for quoted in arguments.points}
        decision = explanation.assessed(view.context, gave_up=arguments.gave_up, quotes=quotes)
        if decision is None:
            return ToolResult({}, refused="That is no answer to the question that waits.")
        return ToolResult({}, decision)
