"""What a decided reply must pass before it is said: nothing given away, one question, none that was asked before."""

from __future__ import annotations

from collections.abc import Sequence

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.leak_guard import guarded
from agent.guardrails.questions import settle
from agent.llm.port import Message


def checked(context: TurnContext, history: Sequence[Message], decision: Decision) -> Decision:
    safe = guarded(context, history, decision)
    if not context.is_tutored or safe.of_engine:  # a review asks each of its questions again until it is answered
        return safe
    asked = context.services.questions_asked.wordings(context.person.id)
    text, _ = settle(f"{safe.draft}\n\n{safe.closing}", asked)
    closing = safe.closing if safe.closing and text.endswith(safe.closing) else ""
    draft = text.removesuffix(closing).strip() if closing else text
    return safe.with_changes(
        draft=draft or safe.draft, closing=closing, question_asked=safe.question_asked if closing else ""
    )
