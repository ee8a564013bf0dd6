"""Whether the right section is among the first passages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.bootstrap import Knowledge
from evals.cases import Figures, load


def retrieval(knowledge: Knowledge) -> Figures:
    """The right section among the first k, for vectors alone, words alone, and both."""
    cases = load("retrieval/lesson.yaml")
    figures: Figures = {"cases": len(cases)}
    for name, weights in {
        "vectors": {"lexical": 0.0},
        "words": {"dense": 0.0, "lexical": 1.0},
        "fused": dict[str, float](),
    }.items():
        places = [_place(knowledge, case, weights) for case in cases]
        figures |= {f"{name} recall@{k}": sum(place <= k for place in places) / len(places) for k in (1, 3, 5)}
        figures[f"{name} MRR"] = sum(1 / place for place in places) / len(places)
    return figures


def _place(knowledge: Knowledge, case: Mapping[str, Any], weights: Mapping[str, float]) -> float:
    """The rank of the first accepted section; infinite where none is found."""
    seen: list[str] = []
    for passage, _ in knowledge.retriever.ranked(case["question"], **weights):
        section = passage.citation.section
        if section not in seen:
            seen.append(section)
        if section in case["accept"]:
            return len(seen)
    return float("inf")
