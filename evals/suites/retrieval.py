"""Whether a section that answers is among the first that are found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.app import Knowledge
from evals.asked import FILES, HALVES, AskedCase, asked
from evals.cases import Figures
from evals.suite import Suite

DEPTHS = (1, 3, 5)
LOOKED_AT = 20  # sections


def retrieval(knowledge: Knowledge) -> Figures:
    """Recall in the first k sections for each half, over all questions and for each file of them."""
    figures: Figures = {}
    for half in HALVES:
        cases = asked(half, knowledge)
        places = [_place(knowledge, case) for case in cases]
        figures |= _figures(half, places)
        for group in FILES:
            of_group = [place for case, place in zip(cases, places, strict=True) if case.group == group]
            figures |= _figures(f"{half}, {group}", of_group) if of_group else {}
    return figures


def _figures(name: str, places: Sequence[float]) -> Figures:
    recall = {f"{name} recall@{k}": _share(place <= k for place in places) for k in DEPTHS}
    return (
        {f"{name} questions": len(places)}
        | recall
        | {f"{name} MRR": sum(1 / other_place for other_place in places) / len(places)}
    )


def _place(knowledge: Knowledge, case: AskedCase) -> float:
    """The rank of the first accepted section; infinite where none is found."""
    cited = [hit.passage.citation for hit in knowledge.answers.look_up(case.question, case.history, limit=LOOKED_AT)]
    found = [(citation.source, citation.section) for citation in cited]
    return next((float(rank) for rank, one in enumerate(found, start=1) if one in case.accept), float("inf"))


def _share(marks: Iterable[bool]) -> float:
    held = list(marks)
    return sum(held) / len(held)


SUITE = Suite("retrieval", "Whether a section that answers is among the first that are found", retrieval)
