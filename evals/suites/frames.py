"""Good plans under words that take them back: nothing there may be decided met, and under honest words all of it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from agent.app import Knowledge
from agent.domain.verdicts import Judgement
from agent.grading.plan_review.reviewer import PlanReviewer
from evals.cases import Figures
from evals.framed_plans import FramedPlan, framed_plans, said
from evals.suite import Suite
from tools.findings import Verdict
from tools.uploads.files import SourceFile

HALVES = ("tuned", "held_out")


def frames(knowledge: Knowledge) -> Figures:
    reviewer = PlanReviewer.load(knowledge.course.lessons[0], knowledge.embedding)
    figures: Figures = {}
    for half in HALVES:
        taken_back, honest = _parted(list(framed_plans(half)))
        figures |= {f"{half}: {name}": value for name, value in measured(reviewer, taken_back, honest).items()}
    return figures


def measured(reviewer: PlanReviewer, taken_back: Sequence[FramedPlan], honest: Sequence[FramedPlan]) -> Figures:
    before = cache(lambda plan: decided_met(reviewer, "\n".join(f"- {line}" for line in said(plan))))
    after = [decided_met(reviewer, framed.text) & before(framed.plan) for framed in taken_back]
    kept = [decided_met(reviewer, framed.text) & before(framed.plan) for framed in honest]
    were = sum(len(before(framed.plan)) for framed in honest)
    return {
        "plans taken back": len(taken_back),
        "met without the frame": sum(len(before(framed.plan)) for framed in taken_back),
        "decided met under it": sum(map(len, after)),
        "plans with any decided met": sum(map(bool, after)),
        "honest plans": len(honest),
        "honest: still met": sum(map(len, kept)) / max(1, were),
    }


def decided_met(reviewer: PlanReviewer, text: str) -> frozenset[str]:
    return frozenset(judgement.criterion for judgement in _review(reviewer, text) if _is_decided_met(judgement))


def _review(reviewer: PlanReviewer, text: str) -> tuple[Judgement, ...]:
    return reviewer.review(SourceFile("plan.md", text.encode()))


def _is_decided_met(judgement: Judgement) -> bool:
    return judgement.verdict is Verdict.MET and not judgement.pending


def _parted(found: Sequence[FramedPlan]) -> tuple[list[FramedPlan], list[FramedPlan]]:
    return [one for one in found if not one.is_honest], [one for one in found if one.is_honest]


SUITE = Suite("frames", "Good plans under words that take them back, and under words that do not", frames, long=True)
