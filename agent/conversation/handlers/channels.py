"""What is different where a cohort listens: silence unless asked, and nobody's work."""

from __future__ import annotations

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.understanding.intents import Intent

_PERSONAL = (Intent.STUCK, Intent.SUBMIT, Intent.STATUS, Intent.ANSWER, Intent.PRIVACY, Intent.BELIEFS)


def in_channel(context: TurnContext, intent: Intent) -> Decision | None:
    """The decision that a channel itself makes; None where the intent's own node decides."""
    if not context.in_channel:
        return None
    if not context.turn.addressed:
        return Decision(intent, "", silent=True)
    if intent in _PERSONAL and not context.person.is_instructor:
        return Decision(intent, "Your own work stays between us: write me a direct message about it.")
    if intent is Intent.SOCIAL:
        return Decision(
            intent, "Hello. Ask me about the lesson here; everything about your own work in a direct message."
        )
    return None
