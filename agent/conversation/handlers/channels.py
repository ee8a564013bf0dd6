"""What is different where a cohort listens: silence unless asked, and nobody's work."""

from __future__ import annotations

from agent.conversation.context import Desk
from agent.conversation.decision import Decision
from agent.understanding.intents import Intent

_PERSONAL = (Intent.STUCK, Intent.SUBMIT, Intent.STATUS, Intent.ANSWER, Intent.PRIVACY, Intent.BELIEFS)


def in_channel(desk: Desk, intent: Intent) -> Decision | None:
    """The decision that a channel itself makes; None where the intent's own node decides."""
    if not desk.in_channel:
        return None
    if not desk.turn.addressed:
        return Decision(intent, "", silent=True)
    if intent in _PERSONAL and not desk.person.is_instructor:
        return Decision(intent, "Your own work stays between us: write me a direct message about it.")
    if intent is Intent.SOCIAL:
        return Decision(
            intent, "Hello. Ask me about the lesson here; everything about your own work in a direct message."
        )
    return None
