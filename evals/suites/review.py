"""Agreement of the plan review with labelled plans."""

from __future__ import annotations

from agent.bootstrap import Knowledge
from agent.review.reviewer import PlanReviewer
from evals.cases import Figures, load
from tools.files import SourceFile


def review(knowledge: Knowledge) -> Figures:
    """Agreement with the labels, and how exact a `met` is that nobody has to decide."""
    cases = load("review/plans.yaml")
    reviewer = PlanReviewer.load(knowledge.course.lessons[0])
    pairs, held = [], 0
    for case in cases:
        for one in reviewer.review(SourceFile("plan.md", case["plan"].encode())):
            held += one.held
            pairs.append((case["expect"].get(one.criterion, "not met"), one.verdict.value))
    met = [wanted for wanted, got in pairs if got == "met"]
    return {
        "plans": len(cases),
        "judgements": len(pairs),
        "kappa": _kappa(pairs),
        "met precision": sum(one == "met" for one in met) / max(1, len(met)),
        "held": held / len(pairs),
    }


def _kappa(pairs: list[tuple[str, str]]) -> float:
    """Cohen's kappa: agreement beyond what the two distributions give by chance."""
    total = len(pairs)
    agreed = sum(wanted == got for wanted, got in pairs) / total
    labels = {label for pair in pairs for label in pair}
    chance = sum(
        sum(wanted == label for wanted, _ in pairs) * sum(got == label for _, got in pairs) for label in labels
    ) / (total * total)
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0
