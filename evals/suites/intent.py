"""Whether a message is understood for what it wants."""

from __future__ import annotations

from agent.app import Knowledge
from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.understanding.intents import IntentReader
from evals.asked import HALVES
from evals.cases import Figures, load
from evals.suite import Suite


def intent(knowledge: Knowledge) -> Figures:
    """Accuracy over each half, and for each intent of it."""
    reader, person, figures = IntentReader.load(knowledge.embedding), Person("T:U", "somebody"), Figures()
    for half in HALVES:
        right: list[bool] = []
        for name, texts in load(f"intent/{half}/messages.yaml").items():
            read = [reader.read(Turn("k", "c", person, text), pending=False).intent == name for text in texts]
            figures[f"{half} {name}"] = sum(read) / len(read)
            right += read
        figures[f"{half} messages"], figures[f"{half} accuracy"] = len(right), sum(right) / len(right)
    return figures


SUITE = Suite("intent", "Messages understood for what they want", intent)
