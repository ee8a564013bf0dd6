"""Which suites there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.bootstrap import Knowledge
from evals.cases import Figures
from evals.suites.gate import gate
from evals.suites.grounding import grounding
from evals.suites.inspection import inspection
from evals.suites.intent import intent
from evals.suites.retrieval import retrieval
from evals.suites.review import review

SUITES: Mapping[str, Callable[[Knowledge], Figures]] = {
    "retrieval": retrieval,
    "grounding": grounding,
    "intent": intent,
    "inspection": inspection,
    "review": review,
    "gate": gate,
}
