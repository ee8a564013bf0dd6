"""The twin fault in a conversation: the answer to it, and what follows."""

from __future__ import annotations

from agent.conversation.context import Desk
from agent.conversation.decision import Decision
from agent.conversation.handlers.gate_outcome import ARCHIVE, passed_text
from agent.grading.fault_exercise import read_answer, shown
from agent.understanding.intents import Intent

TRIED_ENOUGH = (
    "That is not it, and there are no more copies of this submission. Look at your files once more and hand in again, "
    "or ask an instructor to waive this step."
)


def is_answer(desk: Desk) -> bool:
    """A line and a letter, while a twin waits; nothing else is taken for one."""
    if desk.in_channel or desk.turn.files or desk.turn.action is not None or read_answer(desk.turn.text) is None:
        return False
    return desk.services.gates.twin_waits(desk.person.id, desk.lesson.id)


def waiting_item(desk: Desk) -> str:
    """The item that waits for an answer, shown again."""
    twin = desk.services.gates.waiting_twin(desk.person.id, desk.lesson)
    return shown(desk.lesson, twin) if twin else ""


def answer(desk: Desk) -> Decision | None:
    """None where no twin waits for this message."""
    if read_answer(desk.turn.text) is None:
        return None
    outcome = desk.services.gates.answer_twin(desk.person.id, desk.lesson, desk.turn.text, desk.turn.key)
    if outcome is None:
        return None
    if outcome.found:
        return Decision(Intent.ANSWER, passed_text(desk.services, desk.lesson), actions=(ARCHIVE,))
    if outcome.another is None:
        return Decision(Intent.ANSWER, TRIED_ENOUGH)
    return Decision(Intent.ANSWER, f"That is not it. Here is another copy.\n\n{shown(desk.lesson, outcome.another)}")
