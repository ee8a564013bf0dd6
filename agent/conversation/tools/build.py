"""A build of exactly these files; the job runs them confined, and its receipt is what the gate believes."""

from __future__ import annotations

from agent.conversation.handlers import submission
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View
from agent.understanding.acts import Act

_WISHES = (Act.BUILD, Act.AGREE, Act.EXPERIMENT)


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

    def unasked(self, view: View, arguments: BuildArguments) -> str:  # noqa: ARG002 - once or twice, it takes a wish
        wished = any(view.reading.may_be(act) for act in _WISHES) or submission.wants_twice(view.context)
        return "" if wished else "They didn't ask for a build. Offer it, and build when they say yes."

    def run(self, view: View, arguments: BuildArguments) -> ToolResult:
        decision = submission.request_build(view.context, twice=arguments.twice)
        return ToolResult({"requested": decision.build is not None}, decision)
