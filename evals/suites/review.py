"""Agreement of the plan review with labelled plans, apart for those that it was tuned on and those held apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from agent.app import Knowledge
from agent.grading.model_review.reviewer import ModelReview
from agent.grading.plan_review.reviewer import PlanReviewer
from evals.cases import Figures, load_all
from evals.crediting_model import CreditingModel
from evals.metamorphic import broken_properties, count_properties
from evals.suite import Suite
from knowledge.course.pack import Lesson
from tools.uploads.files import SourceFile

HALVES = ("held", "tuning")
BLIND = "blind"  # by hands who had read the rubric alone; no property is tried on them
Pair = tuple[str, str, bool]  # wanted, got, held


def review(knowledge: Knowledge) -> Figures:
    """Kappa over all verdicts, how exact a decided `met` is, what is held; and the properties that must not break."""
    lesson = knowledge.course.lessons[0]
    reviewer = PlanReviewer.load(lesson, knowledge.embedding)
    figures: Figures = {}
    for half in (*HALVES, BLIND):
        cases = list(load_all(f"review/{half}"))
        by_criterion = _judged(reviewer, cases)
        figures[f"{half}: plans"] = len(cases)
        figures |= {f"{half}: {name}": value for name, value in _agreement(_all(by_criterion)).items()}
        for criterion, pairs in by_criterion.items():
            figures[f"{half}: {criterion} kappa"] = kappa([pair[:2] for pair in pairs])
            figures[f"{half}: {criterion} held"] = sum(pair[2] for pair in pairs) / len(pairs)
    for half in (HALVES[0], BLIND):
        pairs = _believing_a_liar(lesson, reviewer, load_all(f"review/{half}"))
        found = {name: _agreement(pairs)[name] for name in ("met, decided", "met precision", "held")}
        figures |= {f"{half}: beside a model that lies well: {name}": value for name, value in found.items()}
    plans = [case["plan"] for half in HALVES for case in load_all(f"review/{half}")]
    figures |= {
        f"{name}: broken": count for name, count in count_properties(broken_properties(reviewer, plans)).items()
    }
    return figures | {"benign drift": _drift(reviewer, PlanReviewer.load(lesson, knowledge.embedding, guarded=False))}


def _judged(reviewer: PlanReviewer, cases: Iterable[dict[str, Any]]) -> dict[str, list[Pair]]:
    found = defaultdict(list)
    for case in cases:
        for judgement in reviewer.review(SourceFile("plan.md", case["plan"].encode())):
            wanted = case["expect"].get(judgement.criterion, "not met")
            found[judgement.criterion].append((wanted, judgement.verdict.value, judgement.pending))
    return dict(found)


def _believing_a_liar(lesson: Lesson, reviewer: PlanReviewer, cases: Iterable[dict[str, Any]]) -> list[Pair]:
    """What comes of the same plans where a model credits every word, and knows what is planted to find it out."""
    opinion = ModelReview(CreditingModel(knows_decoys=True))
    return [
        (case["expect"].get(judgement.criterion, "not met"), judgement.verdict.value, judgement.pending)
        for case in cases
        for file in [SourceFile("plan.md", case["plan"].encode())]
        for judgement in opinion.weigh(lesson, file, reviewer.that_may_show(file.text), reviewer.review(file))
    ]


def _all(by_criterion: dict[str, list[Pair]]) -> list[Pair]:
    return [pair for pairs in by_criterion.values() for pair in pairs]


def _agreement(pairs: Sequence[Pair]) -> Figures:
    met = [wanted for wanted, got, held in pairs if got == "met" and not held]
    return {
        "judgements": len(pairs),
        "kappa": kappa([pair[:2] for pair in pairs]),
        "kappa of what is decided": kappa([pair[:2] for pair in pairs if not pair[2]]),
        "met, decided": len(met),
        "met precision": sum(criterion == "met" for criterion in met) / max(1, len(met)),
        "held": sum(pair[2] for pair in pairs) / len(pairs),
    }


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa: agreement beyond what the two distributions give by chance."""
    total = len(pairs)
    agreed = sum(wanted == got for wanted, got in pairs) / total
    labels = {label for pair in pairs for label in pair}
    chance = sum(
        sum(wanted == label for wanted, _ in pairs) * sum(got == label for _, got in pairs) for label in labels
    ) / (total * total)
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def _drift(guarded: PlanReviewer, open_: PlanReviewer) -> float:
    """The share of verdicts on plans without tricks that the defences change."""
    plans = [case["plan"] for half in HALVES for case in load_all(f"review/{half}") if not case.get("tricks")]
    files = [SourceFile("plan.md", plan.encode()) for plan in plans]
    pairs = [pair for file in files for pair in zip(guarded.review(file), open_.review(file), strict=True)]
    return sum((one.verdict, one.pending) != (other.verdict, other.pending) for one, other in pairs) / len(pairs)


SUITE = Suite(
    "review", "Agreement of the plan review with labelled plans, and properties that must not break", review, long=True
)
