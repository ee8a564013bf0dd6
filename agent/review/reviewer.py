"""Judges a plan by a lesson's guides: the same text gets the same verdicts, and only assertions count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.judgements import Judgement, Span
from agent.review.guide import Facet, Guide, read_guides
from agent.review.statements import Statement, language, statements
from knowledge.course import Criterion, Lesson
from knowledge.errors import CourseInvalid
from knowledge.lexical import words
from tools.files import SourceFile
from tools.findings import Verdict

MIN_WORDS = 25
PARROTED = 0.8  # share of a statement's words that stand in the rubric's own sentence
TOO_SHORT = "The plan is only a few words long. What do you do about this in your own system?"


class PlanReviewer:
    def __init__(self, lesson: Lesson, guides: Mapping[str, Guide]) -> None:
        self._guides = guides
        self._criteria = [one for one in lesson.rubric if one.judged_by == "text"]
        self._rubric = {one.id: set(words(f"{one.met_when} {one.title}")) for one in self._criteria}

    @classmethod
    def load(cls, lesson: Lesson) -> PlanReviewer:
        guides, faults = read_guides(lesson)
        if faults:
            raise CourseInvalid([f"{lesson.id}/{fault}" for fault in faults])
        return cls(lesson, guides)

    def review(self, file: SourceFile) -> tuple[Judgement, ...]:
        """One judgement for each text criterion, in the rubric's order; raises UnreadableFile."""
        text = file.text
        spoken = language(text)
        if spoken != "english":
            return tuple(_foreign(one, spoken) for one in self._criteria)
        if len(text.split()) < MIN_WORDS:
            return tuple(Judgement(one.id, Verdict.NOT_MET, missing=TOO_SHORT) for one in self._criteria)
        said = [one for one in statements(text) if one.asserts]
        return tuple(self._judge(one, said, file) for one in self._criteria)

    def _judge(self, criterion: Criterion, said: Sequence[Statement], file: SourceFile) -> Judgement:
        guide = self._guides[criterion.id]
        own = [one for one in said if not self._is_parroted(one, criterion.id)]
        held = {facet.id: _supporting(facet, own) for facet in guide.facets}
        held = {name: found for name, found in held.items() if found}
        veto = next((found[0] for one in guide.vetoes if (found := _supporting(one, own))), None)
        verdict = Verdict.NOT_MET if veto else _verdict(guide, set(held))
        if verdict is Verdict.NOT_MET:
            spans = _spans(file, [veto] if veto else [])
            return Judgement(criterion.id, verdict, spans=spans, missing=_missing(guide, held, veto=bool(veto)))
        spans = _spans(file, [one for found in held.values() for one in found])
        missing = "" if verdict is Verdict.MET else _missing(guide, held, veto=False)
        return Judgement(criterion.id, verdict, spans=spans, missing=missing)

    def _is_parroted(self, statement: Statement, criterion: str) -> bool:
        """The rubric's own sentence, handed back, shows nothing of a system."""
        own = set(words(statement.text))
        return len(own) >= 4 and len(own & self._rubric[criterion]) / len(own) >= PARROTED


def _supporting(facet: Facet, said: Sequence[Statement]) -> list[Statement]:
    found, seen = [], set[str]()
    for one in said:
        keys = _matches(facet, one)
        if keys:
            found.append(one)
            seen |= keys
    return found if len(seen) >= facet.at_least else []


def _matches(facet: Facet, statement: Statement) -> set[str]:
    """What the first pattern of a fitting alternative found; empty where none fits."""
    if any(pattern.search(statement.text) for pattern in facet.spoilers):
        return set()
    for alternative in facet.alternatives:
        first, *rest = alternative
        keys = {match.lastgroup or " ".join(match.group().lower().split()) for match in first.finditer(statement.text)}
        context = f"{statement.heading}: {statement.text}"
        if keys and all(pattern.search(context) for pattern in rest):
            return keys
    return set()


def _verdict(guide: Guide, held: set[str]) -> Verdict:
    if any(set(one) <= held for one in guide.met_when):
        return Verdict.MET
    return Verdict.PARTLY if any(set(one) <= held for one in guide.partly_when) else Verdict.NOT_MET


def _missing(guide: Guide, held: Mapping[str, object], *, veto: bool) -> str:
    if veto:
        return guide.vetoes[0].missing
    closest = min(guide.met_when, key=lambda names: sum(name not in held for name in names))
    return next((guide.facet(name).missing for name in closest if name not in held), guide.facets[0].missing)


def _spans(file: SourceFile, found: Sequence[Statement]) -> tuple[Span, ...]:
    places = sorted({(one.start, one.end) for one in found})
    return tuple(Span.cut(file, start, end) for start, end in places)


def _foreign(criterion: Criterion, spoken: str) -> Judgement:
    named = spoken.capitalize() if spoken != "unknown" else "another language"
    reason = f"The plan seems to be written in {named}; I can only judge English, so an instructor reads it."
    return Judgement(criterion.id, Verdict.NOT_CHECKED, held=True, reason=reason)
