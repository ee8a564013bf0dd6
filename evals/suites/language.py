"""Whether English is never called foreign, and other languages are seen and named."""

from __future__ import annotations

from collections.abc import Iterator

from agent.app import Knowledge
from agent.understanding.language import foreign
from evals.asked import HALVES
from evals.cases import Figures, load, load_all
from evals.suite import Suite

ENGLISH, OTHER = "english", "other"  # `other`: any name but English will do


def language(_: Knowledge) -> Figures:
    """Counts for each half, messages and plans apart; the plans of `review` are English ones of the tuned half."""
    figures = Figures()
    for half in HALVES:
        for kind in ("messages", "plans"):
            figures |= {f"{half} {kind}: {name}": value for name, value in _counts(_told(half, kind)).items()}
    return figures


def _told(half: str, kind: str) -> list[tuple[str, str]]:
    """(language, what it was taken for) of each text."""
    told = [
        (name, foreign(text).lower()) for name, texts in load(f"language/{half}/{kind}.yaml").items() for text in texts
    ]
    if (half, kind) == ("tuned", "plans"):
        told += [(ENGLISH, foreign(plan).lower()) for plan in _english_plans()]
    return told


def _english_plans() -> Iterator[str]:
    """Those of the review's cases that are not there for their language."""
    for case in load_all("review"):
        if not case.get("other_language"):
            yield case["plan"]


def _counts(told: list[tuple[str, str]]) -> Figures:
    english = [found for name, found in told if name == ENGLISH]
    others = [(name, found) for name, found in told if name != ENGLISH]
    return {
        "english": len(english),
        "english called foreign": sum(map(bool, english)),
        "foreign": len(others),
        "foreign not seen": sum(not found for _, found in others),
        "wrong name": sum(bool(found) and name not in (found, OTHER) for name, found in others),
    }


SUITE = Suite("language", "Which language a message or a plan is in", language)
