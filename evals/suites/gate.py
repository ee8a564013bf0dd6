"""Whether any stream of actions passes a gate that nobody earned."""

from __future__ import annotations

import random

from agent.bootstrap import Knowledge
from agent.errors import IllegalTransition
from agent.gates import CLOSED, GateAction, GateState, next_state
from evals.cases import Figures

STREAMS = 2_000


def gate(knowledge: Knowledge) -> Figures:  # noqa: ARG001 - a suite's shape
    """Random streams of actions: how often a gate closed that nobody handed in or waived."""
    chooser, unearned = random.Random(5), 0
    for _ in range(STREAMS):
        state, earned = GateState.LOCKED, False
        for action in chooser.choices(list(GateAction), k=12):
            try:
                state = next_state(state, action)
            except IllegalTransition:
                continue
            earned = earned or action in (GateAction.SUBMIT, GateAction.WAIVE)
            unearned += state in CLOSED and not earned
    return {"streams": STREAMS, "unearned": unearned}
