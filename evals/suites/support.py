"""Whether a model's sentence passes only where the lesson says it: rewordings, and what is close to them and false."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.app import Knowledge
from agent.guardrails.support import Supports
from evals.asked import HALVES
from evals.cases import Figures, load_all
from evals.suite import Suite
from knowledge.course.loader import load_course
from knowledge.course.pack import Section
from knowledge.retrieval.passages import Citation, Hit, Passage


@dataclass(frozen=True)
class SupportCase:
    sentence: str
    good: bool
    hits: tuple[Hit, ...]


def support(knowledge: Knowledge) -> Figures:
    supports, figures = Supports(knowledge.embedding), Figures()
    for half in HALVES:
        passed = [(case.good, supports.of(case.sentence, case.hits) is not None) for case in cases(half)]
        true, false = [ok for good, ok in passed if good], [ok for good, ok in passed if not good]
        figures |= {
            f"{half} rewordings": len(true),
            f"{half} rewordings that pass": sum(true) / len(true),
            f"{half} distortions": len(false),
            f"{half} distortions held back": 1 - sum(false) / len(false),
        }
    return figures


def cases(half: str) -> Iterator[SupportCase]:
    """Each with the section that it leans on and that section's neighbours, as a retriever would bring them."""
    sections = load_course(None).lessons[0].sections
    places = {one.id: place for place, one in enumerate(sections)}
    for case in load_all(f"support/{half}"):
        place = places[case["section"]]
        hits = tuple(
            _hit(section)
            for section in (sections[place], *sections[max(0, place - 1) : place], *sections[place + 1 :][:1])
        )
        yield from (SupportCase(phrase, True, hits) for phrase in case["says"])
        yield from (SupportCase(phrase, False, hits) for phrase in case["not"])


def _hit(section: Section) -> Hit:
    return Hit(Passage(section.id, section.text, section.title, Citation(section.title, "lesson", section.id, "")), 1.0)


SUITE = Suite("support", "A model's sentences that pass where the lesson says them, and only there", support)
