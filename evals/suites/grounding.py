"""Whether answers stand on passages, and whether what is not known is refused."""

from __future__ import annotations

from agent.bootstrap import Knowledge
from evals.cases import Figures, load


def grounding(knowledge: Knowledge) -> Figures:
    """Answers where the material has one, refusals where it has none, and support for each sentence said."""
    inside = [case["question"] for case in load("retrieval/lesson.yaml")]
    outside = load("grounding/outside.yaml")
    answers = [knowledge.answerer.answer(one) for one in inside]
    said = [(one, knowledge.answerer.unsupported(one.text, one.hits)) for one in answers if not one.declined]
    refused = sum(knowledge.answerer.answer(one).declined for one in outside)
    sentences = sum(len(one.text.splitlines()) for one, _ in said)
    unsupported = sum(len(bad) for _, bad in said)
    return {
        "inside": len(inside),
        "wrong refusals": sum(one.declined for one in answers) / len(inside),
        "outside": len(outside),
        "correct refusals": refused / len(outside),
        "sentences": sentences,
        "supported": 1 - unsupported / max(1, sentences),
    }
