"""What the statements of a plan hold of a guide's facets, how sure that is, and the verdict that follows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from agent.domain.verdicts import Judgement, Span
from agent.grading.plan_review.assertions import clauses
from agent.grading.plan_review.guide import Facet, Guide
from agent.grading.plan_review.meaning import Features, Learnt
from agent.grading.plan_review.patterns import Patterns
from agent.grading.plan_review.statements import Statement
from agent.grading.plan_review.told_frames import may_be_taken_back, taken_back_by
from knowledge.course.pack import Criterion
from tools.findings import Verdict
from tools.uploads.files import SourceFile


@dataclass(frozen=True)
class Weighing:
    """How likely a statement supports a facet, from whether a pattern fits and how near it is; chosen on the plans for
    tuning (evals/cases/review/tuning), for sentences by leaving out the plans of one hand at a time."""

    bias: float
    pattern: float
    spoiled: float | None  # None: what spoils a facet outweighs everything
    nearness: float
    farthest: float  # distance beyond it counts no more against a statement
    sure: float
    possible: float


SHOWN = Weighing(bias=-1.5, pattern=4.0, spoiled=None, nearness=4.5, farthest=-0.5, sure=0.65, possible=0.35)
TAUGHT = Weighing(bias=0.0, pattern=1.5, spoiled=-0.75, nearness=4.0, farthest=-math.inf, sure=0.75, possible=0.3)
LIKELY = 0.5  # even odds
REMEMBERED = 8_192  # fits of a criterion’s facets to sentences
DOUBTED = 0.6  # the most that a statement under a possible frame weighs: likely, and below every `sure`
UNSURE = "The text can be read in two ways here, so an instructor decides."


@dataclass(frozen=True)
class WeighedStatement:
    """A statement, and the features of all of it and of what it affirms."""

    statement: Statement
    whole: Features
    affirmed: Features


@dataclass(frozen=True)
class _Support:
    statement: Statement
    likelihood: float


class Matcher:
    def __init__(self, criterion: Criterion, guide: Guide, learnt: Learnt) -> None:
        self._criterion, self._guide, self._learnt = criterion, guide, learnt
        self._weighing = TAUGHT if learnt.is_taught else SHOWN
        self._fit = lru_cache(REMEMBERED)(self._fit_of)  # a revised plan is mostly the plan before

    @cached_property
    def _patterns(self) -> dict[str, Patterns]:
        facets = (*self._guide.facets, *self._guide.vetoes)
        return {facet.id: Patterns.of(self._guide, facet) for facet in facets}

    @property
    def _levels(self) -> tuple[float, float, float]:
        return self._weighing.sure, LIKELY, self._weighing.possible

    def judge(
        self, said: Sequence[WeighedStatement], file: SourceFile, taken_back: Sequence[WeighedStatement] = ()
    ) -> Judgement:
        """Held where what is only possible would change the verdict; then the likeliest reading stands in it.

        `taken_back` counts for nothing; where it would have counted, that is said.
        """
        found = {facet.id: self._supporting(facet, said) for facet in (*self._guide.facets, *self._guide.vetoes)}
        sure, likely, possible = (self._verdict(found, least) for least in self._levels)
        held = not sure == likely == possible
        spans = _spans(file, [match.statement for several in found.values() for match in several])
        missing = "" if likely is Verdict.MET and not held else self._missing(found)
        hidden = self._first_taken_back(found, taken_back) if missing else None
        if hidden is not None:
            missing = f"{taken_back_by(hidden)} {missing}"
        return Judgement(
            self._criterion.id, likely, pending=held, spans=spans, missing=missing, reason=_why(found) if held else ""
        )

    def _first_taken_back(
        self, found: Mapping[str, list[_Support]], taken_back: Sequence[WeighedStatement]
    ) -> Statement | None:
        """What would have shown a facet that nothing else shows."""
        lacking = [facet for facet in self._guide.facets if not _at_least(self._weighing.sure, found[facet.id])]
        shows = (
            (self._likelihood(facet, sentence), sentence.statement) for facet in lacking for sentence in taken_back
        )
        sure = [(likelihood, statement) for likelihood, statement in shows if likelihood >= self._weighing.sure]
        return max(sure, key=lambda shown: shown[0])[1] if sure else None

    def _supporting(self, facet: Facet, said: Sequence[WeighedStatement]) -> list[_Support]:
        found = [_Support(sentence.statement, self._doubted(facet, sentence)) for sentence in said]
        return [match_found for match_found in found if match_found.likelihood >= self._weighing.possible]

    def _doubted(self, facet: Facet, sentence: WeighedStatement) -> float:
        likelihood = self._likelihood(facet, sentence)
        return likelihood if sentence.statement.frame is None else min(likelihood, DOUBTED)

    def _likelihood(self, facet: Facet, one: WeighedStatement) -> float:
        claim = one.statement.claim
        text, features = (claim.whole, one.whole) if facet.negative else (claim.affirmed, one.affirmed)
        if not text:
            return 0.0
        fits = self._fit(facet.id, text)
        nearness = self._learnt.nearness((self._criterion.id, facet.id), features)
        if nearness is None:
            return 1.0 if fits else 0.0
        by_pattern = self._weighing.spoiled if fits is None else fits * self._weighing.pattern
        if by_pattern is None:
            return 0.0
        by_nearness = self._weighing.nearness * max(nearness, self._weighing.farthest)
        return 1 / (1 + math.exp(-(self._weighing.bias + by_pattern + by_nearness)))

    def _fit_of(self, facet: str, text: str) -> bool | None:
        """Whether a pattern fits; None where what spoils it stands in every clause that does."""
        patterns = self._patterns[facet]
        if not patterns.spoiled(text):
            return patterns.fits(text)
        return True if any(patterns.supports(clause) for clause in clauses(text)) else None

    def _verdict(self, found: Mapping[str, list[_Support]], least: float) -> Verdict:
        kept = {name: _at_least(least, several) for name, several in found.items()}
        if any(kept[vetoe.id] for vetoe in self._guide.vetoes):
            return Verdict.NOT_MET
        return self._guide.verdict(self._counts(kept))

    def _counts(self, found: Mapping[str, list[Statement]]) -> dict[str, int]:
        return {facet.id: self._count(facet, found[facet.id]) for facet in self._guide.facets}

    def _held(self, found: Mapping[str, list[Statement]]) -> set[str]:
        """Names of facets that hold; `name.1` where one kind of several is there."""
        return self._guide.held(self._counts(found))

    def _count(self, facet: Facet, said: Sequence[Statement]) -> int:
        return self._guide.count(facet, [sentence.claim.affirmed for sentence in said])

    def _missing(self, found: Mapping[str, list[_Support]]) -> str:
        sure = {name: _at_least(self._weighing.sure, several) for name, several in found.items()}
        veto = next((vetoe for vetoe in self._guide.vetoes if found[vetoe.id]), None)
        if veto:
            return veto.missing
        held = self._held(sure)
        closest = min(self._guide.met_when, key=lambda names: sum(name not in held for name in names))
        lacking = next((name for name in closest if name not in held), closest[0])
        return self._guide.facet(lacking).missing


def _why(found: Mapping[str, list[_Support]]) -> str:
    """Of a verdict that waits: the words that may take back what would show it."""
    framed = [support.statement for several in found.values() for support in several if support.statement.frame]
    return may_be_taken_back(framed[0]) if framed else UNSURE


def _at_least(likelihood: float, found: Sequence[_Support]) -> list[Statement]:
    return [match_found.statement for match_found in found if match_found.likelihood >= likelihood]


def _spans(file: SourceFile, found: Sequence[Statement]) -> tuple[Span, ...]:
    places = sorted({(match_found.start, match_found.end) for match_found in found})
    return tuple(Span.cut(file, start, end) for start, end in places)
