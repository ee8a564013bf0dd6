"""Whether a message is understood for what it wants."""

from __future__ import annotations

from agent.bootstrap import Knowledge
from agent.intents import IntentReader
from agent.people import Person
from agent.turns import Turn
from evals.cases import Figures, load


def intent(knowledge: Knowledge) -> Figures:
    reader, person = IntentReader.load(knowledge.embedding), Person("T:U", "somebody")
    cases = [(name, text) for name, texts in load("intent/messages.yaml").items() for text in texts]
    right = sum(reader.read(Turn("k", "c", person, text), pending=False).intent == name for name, text in cases)
    return {"cases": len(cases), "accuracy": right / len(cases)}
