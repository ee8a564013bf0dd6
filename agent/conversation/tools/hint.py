"""An earned hint on one criterion: the engine decides its level, or asks something else instead."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from agent.conversation.handlers.hint import guide
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.tools.findings import names_instruction
from agent.conversation.view import View
from agent.understanding.acts import Act
from tools.artefacts.registry import urgent_aspects

_OF_ELSE = frozenset(
    {
        Act.THANKS,
        Act.CHAT,
        Act.PRIVACY,
        Act.PEOPLE,
        Act.OFF_TOPIC,
        Act.HAND_IN,
        Act.BUILD,
        Act.SHOW,
        Act.ANSWER,
        Act.CLAIM,
    }
)  # what asks for no help


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

    def unasked(self, view: View, arguments: HintArguments) -> str:
        """No hint is spent on what nobody spoke of, and none where something else was surely meant."""
        if view.reading.sure and view.reading.act in _OF_ELSE and not view.reading.may_be(Act.WANT_HINT):
            return "They didn't ask for a hint. Offer one, and give it when they say yes."
        spoken = {view.references.criterion, *view.references.criteria, view.dialogue.criterion, *_pointed_at(view)}
        known = not arguments.criterion or arguments.criterion in spoken
        return "" if known else f"They didn't speak of {arguments.criterion}. Leave it empty for the next open one."

    def doing(self, view: View, arguments: HintArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "looking for the next hint"

    def run(self, view: View, arguments: HintArguments) -> ToolResult:
        decision = guide(view.context, arguments.criterion)
        return ToolResult({"level": decision.hint_level}, decision)


def _pointed_at(view: View) -> Iterator[str]:
    """Criteria of the remarks on the line or the instruction that they name, and of the one that weighs most."""
    remarks = [
        finding
        for finding in view.findings
        if finding.line <= view.references.line <= finding.end_line or names_instruction(finding, view)
    ]
    urgent = sorted(
        view.findings, key=lambda finding: (finding.effect is None, finding.criterion not in urgent_aspects())
    )
    aspects = {finding.criterion for finding in [*remarks, *urgent[:1]]}
    yield from (criterion.id for criterion in view.context.lesson.rubric if criterion.aspect in aspects)
