"""A build of exactly these files; the job runs them confined, and its receipt is what the gate believes."""

from __future__ import annotations

from agent.conversation.handlers.submission import request_build
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View


class BuildArguments(Arguments):
    twice: bool = False  # to compare two builds of the same files


class Build(Tool[BuildArguments]):
    name = "build"
    description = "Build and start the learner's newest files in the sandbox."
    effect = Effect.PROPOSE
    arguments = BuildArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def run(self, view: View, arguments: BuildArguments) -> ToolResult:
        decision = request_build(view.context, twice=arguments.twice)
        return ToolResult({"requested": decision.build is not None}, decision)
