"""What a model's reading does to a judgement of the rules: it settles what they left open where both agree, holds what
they decided where it differs, and raises nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.domain.verdicts import Judgement, Span
from agent.grading.model_review.finding import Found
from agent.grading.plan_review.guide import Facet, Guide
from tools.findings import Verdict

DIFFERS = "Two readings of the text differ here, so an instructor decides."
_RANK = (Verdict.NOT_MET, Verdict.PARTLY, Verdict.MET)


@dataclass(frozen=True)
class Opinion:
    """What both calls agree on, in words that code has found in the plan."""

    guide: Guide
    found: tuple[Found, ...]

    @property
    def verdict(self) -> Verdict:
        return self._verdict(self.found)

    def verdict_within(self, spans: Sequence[Span]) -> Verdict:
        """From those words alone that stand in evidence of the rules."""
        return self._verdict(self.within(spans))

    def within(self, spans: Sequence[Span]) -> tuple[Found, ...]:
        return tuple(one for one in self.found if all(span is not None for span in _spans_of(one, spans)))

    def evidence(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        used = [span for one in self.within(spans) for span in _spans_of(one, spans)]
        return tuple(span for span in spans if span in used)

    def _verdict(self, found: Sequence[Found]) -> Verdict:
        return self.guide.verdict(
            {facet.id: self.guide.count(facet, _by_passage(found, facet)) for facet in self.guide.facets}
        )


def _by_passage(found: Sequence[Found], facet: Facet) -> list[str]:
    """A sentence that is quoted twice says one thing, however it was cut."""
    said: dict[int, str] = {}
    for one in found:
        if one.facet.id == facet.id:
            first = one.quotes[0][0].number
            said[first] = f"{said.get(first, '')} {one.words}"
    return list(said.values())


def _spans_of(found: Found, spans: Sequence[Span]) -> list[Span | None]:
    """For each of its quotes the evidence that it stands in."""
    places = [passage.statement for passage, _ in found.quotes if passage.statement is not None]
    return [
        next((span for span in spans if span.start <= place.start and place.end <= span.end), None) for place in places
    ]


def weighed(judgement: Judgement, opinion: Opinion | None) -> Judgement:
    if opinion is None or judgement.verdict not in _RANK:
        return judgement
    if judgement.pending:
        return _settled(judgement, opinion) if judgement.spans else judgement  # without: nobody has read it
    if (opinion.verdict is Verdict.MET) is (judgement.verdict is Verdict.MET):
        return judgement  # below `met` the rules' own verdict stands with what is missing
    return replace(judgement, pending=True, reason=DIFFERS)


def _settled(judgement: Judgement, opinion: Opinion) -> Judgement:
    """To `met` only on evidence that the rules found possible themselves; below it, to the lower of both."""
    if judgement.verdict is Verdict.MET:
        if opinion.verdict_within(judgement.spans) is not Verdict.MET:
            return judgement
        return replace(judgement, pending=False, reason="", missing="", spans=opinion.evidence(judgement.spans))
    if opinion.verdict is Verdict.MET:
        return judgement
    lower = min(judgement.verdict, opinion.verdict, key=_RANK.index)
    return replace(judgement, verdict=lower, pending=False, reason="")
