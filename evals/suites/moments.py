"""How many moments of conversations are answered well, by what their annotators would accept and refuse."""

from __future__ import annotations

from collections import defaultdict

from agent.app import Knowledge
from evals.cases import Figures
from evals.moments import moments_of, play
from evals.suite import Suite

HALVES = ("tuned", "held_out")


def moments(knowledge: Knowledge) -> Figures:
    """Shares of each half, and of each kind in the tuned one; the held-out half is not to be looked into."""
    figures: Figures = {}
    for half in HALVES:
        outcomes = list(play(moments_of(half), knowledge))
        figures[f"{half} moments"] = len(outcomes)
        figures[f"{half} passed"] = sum(outcome.passed for outcome in outcomes) / len(outcomes)
        kinds: defaultdict[str, list[bool]] = defaultdict(list)
        for outcome in outcomes:
            kinds[outcome.moment.kind].append(outcome.passed)
        if half == HALVES[0]:
            figures |= {f"{half} {kind}": sum(passed) / len(passed) for kind, passed in sorted(kinds.items())}
    return figures


SUITE = Suite("moments", "How many moments of conversations are answered well", moments)
