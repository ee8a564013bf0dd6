"""A criterion: what it asks, how the learner's newest files stand to it, on which quotes, and what is missing."""

from __future__ import annotations

from pydantic import Field

from agent.conversation import rendering
from agent.conversation.tools.base import Arguments, Tool, ToolResult
from agent.conversation.view import View


class CriterionArguments(Arguments):
    id: str = Field(max_length=8)


class CriterionTool(Tool[CriterionArguments]):
    name = "criterion"
    description = "What a criterion of the gate asks for, and the learner's verdict on it with its quotes."
    arguments = CriterionArguments

    def doing(self, view: View, arguments: CriterionArguments) -> str:
        criterion = view.context.lesson.criterion(arguments.id.upper())
        return f"looking at {criterion.id} {criterion.title}" if criterion else ""

    def run(self, view: View, arguments: CriterionArguments) -> ToolResult:
        lesson = view.context.lesson
        criterion = lesson.criterion(arguments.id.upper())
        if criterion is None:
            return ToolResult({}, refused=f"{lesson.title} has no criterion {arguments.id}.")
        judgement = view.status.get(criterion.id)
        content: dict[str, object] = {
            "id": criterion.id,
            "title": criterion.title,
            "artefact": criterion.artefact,
            "required": criterion.required,
            "met_when": criterion.met_when,
            "partly_when": criterion.partly_when,
            "why": criterion.why,
        }
        if judgement is not None:
            content |= {
                "verdict": rendering.verdict(judgement),
                "mark": rendering.mark(judgement),
                "quotes": [rendering.evidence_of(span, view.upload) for span in judgement.spans[:2]],
                "missing": judgement.missing,
                "reason": judgement.reason,
                "pending": judgement.pending,
                "decided": judgement.receipt is not None and judgement.receipt.kind == "decision",
            }
        return ToolResult(content)
