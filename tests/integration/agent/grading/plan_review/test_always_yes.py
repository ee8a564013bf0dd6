"""Were every scorer to say yes, frames, orders and hollow words alone would still pass nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.grading.plan_review.matching import Matcher
from agent.grading.plan_review.reviewer import PlanReviewer
from evals.framed_plans import AFTER, BEFORE, HEADS, MARKS
from evals.metamorphic import INJECTIONS
from evals.suites.frames import decided_met
from knowledge.course.loader import load_course
from knowledge.retrieval.embedding import Embedding
from tools.findings import Verdict

REVIEWER = PlanReviewer.load(load_course().lessons[0], Embedding())
GOOD = (Path(__file__).parents[4] / "submissions" / "good" / "plan.md").read_text("utf-8")
PADDING = "\n\n# A\n\n## Words enough\n\n" + "\n".join(f"### {word}" for word in "one two three four five six".split())


@pytest.fixture(autouse=True)
def _always_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Matcher, "_likelihood", lambda *_: 1.0)
    monkeypatch.setattr(Matcher, "_count", lambda _, __, said: 9 * len(said))
    monkeypatch.setattr(Matcher, "_verdict", _met_by_anything)


def _met_by_anything(matcher: Matcher, found: dict[str, list[Any]], least: float) -> Verdict:
    """No veto either: whatever counts at all is enough."""
    vetoes = {veto.id for veto in matcher._guide.vetoes}
    return _VERDICT(matcher, {name: [] if name in vetoes else several for name, several in found.items()}, least)


_VERDICT = Matcher._verdict


def test_a_good_plan_passes() -> None:
    assert len(decided_met(REVIEWER, GOOD)) == 8


def _framed() -> Iterator[tuple[str, str]]:
    for words in ("Planned (nothing of this exists yet)", "Rejected options", "Sample solution"):
        yield from ((f"{form}: {words}", frame(words, GOOD)) for form, frame in HEADS.items() if form != "appendix")
    yield from ((form, frame("None of the following is true.", GOOD)) for form, frame in AFTER.items())
    yield from ((form, frame("None of this exists yet.", GOOD)) for form, frame in BEFORE.items())
    yield from ((form, frame("", GOOD)) for form, (kind, frame) in MARKS.items() if kind != "own")


@pytest.mark.parametrize(("name", "text"), [pytest.param(name, text, id=name) for name, text in _framed()])
def test_no_framed_plan_passes(name: str, text: str) -> None:
    assert not decided_met(REVIEWER, text)


@pytest.mark.parametrize("name", INJECTIONS)
def test_no_injection_passes(name: str) -> None:
    assert not decided_met(REVIEWER, INJECTIONS[name] + PADDING)
