"""What the statements of a plan hold of a guide's facets, how sure that is, and the verdict that follows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from agent.judgements import Judgement, Span
from agent.review.guide import Facet, Guide
from agent.review.meaning import Name, Vector
from agent.review.patterns import Patterns
from agent.review.statements import Statement
from knowledge.course import Criterion
from tools.files import SourceFile
from tools.findings import Verdict

# How likely a statement supports a facet, from whether a pattern fits and how near it is in meaning; chosen on the
# plans for tuning (evals/cases/review/tuning).
BIAS, PATTERN, MEANING = -1.5, 4.0, 4.5
SURE, LIKELY, POSSIBLE = 0.65, 0.5, 0.35
REMEMBERED = 8_192  # fits of a criterion’s facets to sentences
FARTHEST = -0.5  # a fitting pattern is never outvoted by distance alone
UNSURE = "The text can be read in two ways here, so an instructor decides."


@dataclass(frozen=True)
class Said:
    """A statement, and its vector with the constant that a bias is multiplied with."""

    statement: Statement
    vector: Vector


@dataclass(frozen=True)
class _Support:
    statement: Statement
    likelihood: float


class Matcher:
    def __init__(self, criterion: Criterion, guide: Guide, learnt: Mapping[Name, Vector]) -> None:
        self._criterion, self._guide, self._learnt = criterion, guide, learnt
        self._fit = lru_cache(REMEMBERED)(self._fit_of)  # a revised plan is mostly the plan before

    @cached_property
    def _patterns(self) -> dict[str, Patterns]:
        facets = (*self._guide.facets, *self._guide.vetoes)
        return {one.id: Patterns.of(self._guide, one) for one in facets}

    def judge(self, said: Sequence[Said], file: SourceFile) -> Judgement:
        """Held where what is only possible would change the verdict; then the likeliest reading stands in it."""
        found = {one.id: self._supporting(one, said) for one in (*self._guide.facets, *self._guide.vetoes)}
        sure, likely, possible = (self._verdict(found, least) for least in (SURE, LIKELY, POSSIBLE))
        held = not sure == likely == possible
        spans = _spans(file, [one.statement for several in found.values() for one in several])
        missing = "" if likely is Verdict.MET and not held else self._missing(found)
        return Judgement(
            self._criterion.id, likely, held=held, spans=spans, missing=missing, reason=UNSURE if held else ""
        )

    def _supporting(self, facet: Facet, said: Sequence[Said]) -> list[_Support]:
        found = [_Support(one.statement, self._likelihood(facet, one)) for one in said]
        return [one for one in found if one.likelihood >= POSSIBLE]

    def _likelihood(self, facet: Facet, one: Said) -> float:
        claim = one.statement.claim
        text = claim.whole if facet.negative else claim.affirmed
        fits = self._fit(facet.id, text)
        weights = self._learnt.get((self._criterion.id, facet.id))
        if fits is None or weights is None:
            return 1.0 if fits else 0.0
        denied = not facet.negative and claim.affirmed != claim.whole
        if denied and not fits:  # the vector is of the whole sentence, denial included
            return 0.0
        nearness = max(float(weights @ one.vector), FARTHEST)
        return 1 / (1 + math.exp(-(BIAS + PATTERN * fits + MEANING * nearness)))

    def _fit_of(self, facet: str, text: str) -> bool | None:
        """Whether a pattern fits; None where nothing is said, or what spoils it in every clause."""
        patterns = self._patterns[facet]
        if not text:
            return None
        if not patterns.spoiled(text):
            return patterns.fits(text)
        return True if any(patterns.supports(clause) for clause in text.split("; ")) else None

    def _verdict(self, found: Mapping[str, list[_Support]], least: float) -> Verdict:
        kept = {name: [one.statement for one in several if one.likelihood >= least] for name, several in found.items()}
        if any(kept[one.id] for one in self._guide.vetoes):
            return Verdict.NOT_MET
        held = self._held(kept)
        if any(set(one) <= held for one in self._guide.met_when):
            return Verdict.MET
        return Verdict.PARTLY if any(set(one) <= held for one in self._guide.partly_when) else Verdict.NOT_MET

    def _held(self, found: Mapping[str, list[Statement]]) -> set[str]:
        """Names of facets that hold; `name.1` where one kind of several is there."""
        counts = {one.id: self._count(one, found[one.id]) for one in self._guide.facets}
        several = {one.id for one in self._guide.facets if counts[one.id] >= one.at_least}
        return several | {f"{name}.1" for name, count in counts.items() if count}

    def _count(self, facet: Facet, said: Sequence[Statement]) -> int:
        if not facet.kinds:
            return len(said)
        kinds, unnamed = set[str](), 0
        for one in said:
            named = self._guide.kinds_in(one.claim.affirmed)
            kinds |= named
            unnamed += not named
        for together in self._guide.same_source:
            if together[0] in kinds:
                kinds = {one for one in kinds if one.partition(": ")[0] not in together[1:]}
        return len(kinds) + unnamed

    def _missing(self, found: Mapping[str, list[_Support]]) -> str:
        sure = {name: [one.statement for one in several if one.likelihood >= SURE] for name, several in found.items()}
        veto = next((one for one in self._guide.vetoes if found[one.id]), None)
        if veto:
            return veto.missing
        held = self._held(sure)
        closest = min(self._guide.met_when, key=lambda names: sum(name not in held for name in names))
        lacking = next((name for name in closest if name not in held), closest[0])
        return self._guide.facet(lacking).missing


def _spans(file: SourceFile, found: Sequence[Statement]) -> tuple[Span, ...]:
    places = sorted({(one.start, one.end) for one in found})
    return tuple(Span.cut(file, start, end) for start, end in places)
