"""The fault-finding exercise in a conversation: the answer to it, and what follows."""

from __future__ import annotations

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers.gate_outcome import ARCHIVE, passed_text
from agent.domain.act import Intent
from agent.grading.fault_exercise import read_answer, shown

TRIED_ENOUGH = (
    "That is not it, and there are no more copies of this submission. Look at your files once more and hand in again, "
    "or ask an instructor to waive this step."
)


def is_answer(context: TurnContext) -> bool:
    """A line and a letter, while an exercise waits; nothing else is taken for one."""
    if (
        context.in_channel
        or context.turn.files
        or context.turn.action is not None
        or read_answer(context.turn.text) is None
    ):
        return False
    return context.services.gates.exercise_waits(context.person.id, context.lesson.id)


def waiting_item(context: TurnContext) -> str:
    """The item that waits for an answer, shown again."""
    exercise = context.services.gates.waiting_exercise(context.person.id, context.lesson)
    return shown(context.lesson, exercise) if exercise else ""


def answer(context: TurnContext) -> Decision | None:
    """None where no exercise waits for this message."""
    if read_answer(context.turn.text) is None:
        return None
    outcome = context.services.gates.answer_exercise(
        context.person.id, context.lesson, context.turn.text, context.turn.key
    )
    if outcome is None:
        return None
    if outcome.found:
        return Decision(Intent.ANSWER, passed_text(context.services, context.lesson), actions=(ARCHIVE,))
    if outcome.another is None:
        return Decision(Intent.ANSWER, TRIED_ENOUGH)
    return Decision(Intent.ANSWER, f"That is not it. Here is another copy.\n\n{shown(context.lesson, outcome.another)}")
