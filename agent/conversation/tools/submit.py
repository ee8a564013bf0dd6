"""Handing in: a review of the newest version of everything, after which the gate's table decides."""

from __future__ import annotations

from agent.conversation.handlers import submission
from agent.conversation.tools.base import Arguments, Effect, Nothing, Tool, ToolResult
from agent.conversation.view import View
from agent.understanding.acts import Act


class Submit(Tool[Nothing]):
    name = "submit"
    description = "Hand in the learner's newest files for the gate."
    effect = Effect.PROPOSE
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def unasked(self, view: View, arguments: Nothing) -> str:  # noqa: ARG002 - a tool without arguments
        wished = submission.is_formal(view.text) or view.reading.may_be(Act.HAND_IN)
        return "" if wished else "They didn't ask to hand in. Ask them whether they want to."

    def doing(self, view: View, arguments: Nothing) -> str:  # noqa: ARG002 - the same for every argument
        return "reviewing what you hand in"

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        return ToolResult({}, submission.submit(view.context))


class TakeFilesArguments(Arguments):
    formally: bool = False


class TakeFiles(Tool[TakeFilesArguments]):
    """What came with the message is stored before anything is said of it."""

    name = "take_files"
    proposable = False
    description = "Take the files that came with the message, and inspect them."
    effect = Effect.PROPOSE
    arguments = TakeFilesArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def run(self, view: View, arguments: TakeFilesArguments) -> ToolResult:
        return ToolResult({}, submission.take_files(view.context, formally=arguments.formally))
