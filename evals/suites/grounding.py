"""Whether answers stand on passages, and whether what is not known is refused."""

from __future__ import annotations

from agent.app import Knowledge
from evals.asked import HALVES, asked, outside
from evals.cases import Figures
from evals.suite import Suite


def grounding(knowledge: Knowledge) -> Figures:
    """Answers where the material has one, refusals where it has none, and support for each sentence said."""
    figures: Figures = {}
    for half in HALVES:
        figures |= {f"{half} {name}": value for name, value in _of(half, knowledge).items()}
    return figures


def _of(half: str, knowledge: Knowledge) -> Figures:
    cases, strange = asked(half, knowledge), outside(half)
    answers = [knowledge.answers.answer(case.question, case.history) for case in cases]
    said = [
        (other_answer, knowledge.answerer.unsupported(other_answer.text, other_answer.passages))
        for other_answer in answers
        if not other_answer.declined
    ]
    refused = sum(knowledge.answers.answer(question).declined for question in strange)
    sentences = sum(len(one.text.splitlines()) for one, _ in said)
    cited = sum(
        any((at.source, at.section) in case.accept for at in answer.citations)
        for case, answer in zip(cases, answers, strict=True)
    )
    return {
        "inside": len(cases),
        "wrong refusals": sum(other_answer.declined for other_answer in answers) / len(cases),
        "outside": len(strange),
        "correct refusals": refused / len(strange),
        "answers that cite a right section": cited / max(1, len(said)),
        "sentences": sentences,
        "supported": 1 - sum(len(bad) for _, bad in said) / max(1, sentences),
    }


SUITE = Suite("grounding", "Answers that stand on passages, and refusals of what is not known", grounding)
