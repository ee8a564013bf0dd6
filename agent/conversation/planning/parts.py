"""What every plan is made with: the library, the phrases, and what was decided by the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.conversation.decision import Decision
from agent.conversation.planning.compound_answers import CompoundAnswers
from agent.conversation.planning.knowledge_answers import KnowledgeAnswers
from agent.conversation.planning.phrases import Phrases
from agent.conversation.planning.plan import Plan
from agent.conversation.tools.base import ToolResult
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.understanding.acts import Act
from knowledge.retrieval.library import Library

Handler = Callable[[View], Plan]
_ENGINES = frozenset({"files", "submit", "status", "build"})  # topics of which every word is the engine's


class PlanParts:
    """`handlers` are the plans of all acts, for a message that does two things."""

    handlers: Mapping[Act, Handler]

    def __init__(self, library: Library, knowledge: KnowledgeAnswers, phrases: Phrases) -> None:
        self._library, self._knowledge, self._phrases = library, knowledge, phrases
        self._compound = CompoundAnswers(knowledge, phrases)

    def _said(self, view: View, occasion: str, intent: Intent, *, declined: bool = False, **values: str) -> Decision:
        text = self._phrases.say(occasion, view.context.turn.key, **values)
        return Decision(intent, text, declined=declined, topic=occasion)

    def _decided(self, view: View, result: ToolResult, *, topic: str, criterion: str = "") -> Decision:
        """What the engine decided, in its words; why it did not, where a proposal was refused."""
        if result.decision is None:
            return Decision(Intent.QUESTION, result.refused, topic=topic)
        decision = result.decision.with_changes(topic=topic, of_engine=result.decision.of_engine or topic in _ENGINES)
        if criterion and decision.dialogue is None:
            return decision.with_changes(dialogue=view.dialogue.with_changes(criterion=criterion, card=""))
        return decision
