"""The smallest experiment about a matter: its file and what to predict; the result waits for the prediction."""

from __future__ import annotations

from pydantic import Field

from agent.conversation.handlers import experiments
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View
from agent.domain.act import Intent
from knowledge.course.pack import Misconception

SAME = 0.52  # cosine between a message and a misconception from which its experiment is the one that is meant


class ExperimentArguments(Arguments):
    about: str = Field("", max_length=400)
    misconception: str = Field("", max_length=80)


class ProposeExperiment(Tool[ExperimentArguments]):
    name = "experiment"
    description = "Propose an experiment that shows what is the case; the learner predicts first."
    effect = Effect.PROPOSE
    arguments = ExperimentArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: ExperimentArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "looking for something to try"

    def run(self, view: View, arguments: ExperimentArguments) -> ToolResult:
        chosen = self._chosen(view, arguments)
        if chosen is None:
            return ToolResult({}, refused="There is no experiment about that.")
        return ToolResult({"id": chosen.id}, experiments.propose(chosen, "", Intent.ANSWER))

    def _chosen(self, view: View, arguments: ExperimentArguments) -> Misconception | None:
        known = [one for one in view.context.lesson.misconceptions if one.experiment is not None]
        named = next((one for one in known if one.id == arguments.misconception), None)
        if named is not None or not arguments.about:
            return named
        embed = view.context.services.embed
        texts = [text for one in known for text in (one.belief, one.reality, one.question)]
        message, *near = embed([arguments.about, *texts])
        scores = [float(vector @ message) for vector in near]
        best = max(range(len(known)), key=lambda at: max(scores[3 * at : 3 * at + 3]))
        return known[best] if max(scores[3 * best : 3 * best + 3]) >= SAME else None
