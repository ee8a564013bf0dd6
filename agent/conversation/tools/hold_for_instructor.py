"""Passes something on to the instructors: an objection to a finding, or a question that nobody here can answer."""

from __future__ import annotations

from pydantic import Field

from agent.conversation.decision import Decision
from agent.conversation.tools.base import Arguments, Effect, Tool, ToolResult
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.domain.reply import Reply
from agent.domain.turn import Notice

LONGEST = 500


class HoldArguments(Arguments):
    matter: str = Field(max_length=300)  # what it is about, in our words


class HoldForInstructor(Tool[HoldArguments]):
    name = "hold_for_instructor"
    description = "Pass the learner's words on to the instructors; nothing else changes by it."
    effect = Effect.PROPOSE
    arguments = HoldArguments
    instructors = False

    def run(self, view: View, arguments: HoldArguments) -> ToolResult:
        context = view.context
        instructors = context.services.learners.instructors(context.person.workspace)
        where = f"in #{context.turn.channel}" if context.in_channel else "in a direct message"
        text = (
            f"**{context.person.name}** {where}, about {arguments.matter}:\n> {' '.join(view.text.split())[:LONGEST]}"
        )
        notices = tuple(
            Notice(f"{context.turn.key}:held:{instructor.id}", instructor.id, Reply(text)) for instructor in instructors
        )
        return ToolResult({"told": len(notices)}, Decision(Intent.QUESTION, "", notices=notices))
