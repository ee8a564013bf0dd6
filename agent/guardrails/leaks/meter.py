"""Measures what a reply gives away: it is applied to the learner's newest files, and the checks run again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from agent.grading.plan_review.reviewer import PlanReviewer
from agent.grading.plan_review.statements import statements
from agent.guardrails.leaks.offers import offers
from knowledge.course.pack import Lesson
from tools.artefacts.description import ArtefactType
from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.registry import artefact_types
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

MAX_PLAN = 20_000  # characters of a plan that are set beside a reply
MAX_TRIES = 60  # inspections that one reply may cost
_MARKUP = re.compile(r"\*\*|__|`|\s*\[\d+\]")
_QUOTED = re.compile(r"“[^”]*”")
_LEAD_IN = re.compile(r"(?m)^[^.:\n]{0,80}:\s+(?=[A-Z])|^[^.\n]{0,60}\bfor (?:example|instance)\W+")
# A tutor about itself, a place in a file, or somebody told to find out: no statement of a plan.
_ABOUT_ITSELF = re.compile(
    r"^(?:I (?:am|can|could|do|have|keep|leave|read|stay|take|would)\b|(?:write down|say|describe|name|explain|think|"
    r"look|ask|note|tell)\b.*\b(?:what|how|who|when|where|which|whether)\b)|\b[A-Z]\d{1,2}\b|\blines? \d+\.",
    re.IGNORECASE,
)


class LeakMeter:
    """The same reply over the same files gives the same answer; nothing is stored."""

    def __init__(self, reviewers: Mapping[str, PlanReviewer]) -> None:
        self._reviewers = reviewers

    def leaks(self, lesson: Lesson, upload: Upload, reply: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """The criteria that newly pass when `reply` (with what was said before) is followed to the letter."""
        said = "\n\n".join([*before, reply])
        found = {*self._of_files(lesson, upload, said), *self._of_prose(lesson, upload, said)}
        if before and found:  # what the earlier replies gave away alone is not this one's doing
            found -= set(self.leaks(lesson, upload, "\n\n".join(before)))
        return tuple(criterion.id for criterion in lesson.rubric if criterion.id in found)

    def _of_files(self, lesson: Lesson, upload: Upload, said: str) -> Iterator[str]:
        given = offers(said)
        inspected = [criterion for criterion in lesson.rubric if criterion.judged_by == "inspection"]
        for artefact in artefact_types() if given else ():
            wanted = {criterion.aspect: criterion.id for criterion in inspected if criterion.artefact == artefact.name}
            part = Upload.of(file for file in upload if file.kind in (artefact.name, *artefact.companions))
            passed = _passed(part, given, artefact) if wanted else set()
            yield from (wanted[aspect] for aspect in passed & wanted.keys())

    def _of_prose(self, lesson: Lesson, upload: Upload, said: str) -> Iterator[str]:
        reviewer, text = self._reviewers.get(lesson.id), _as_plan(said, _published(lesson.id, _texts(lesson)))
        if reviewer is None or not text:
            return
        artefacts = {criterion.id: criterion.artefact for criterion in lesson.rubric if criterion.judged_by == "text"}
        for artefact in dict.fromkeys(artefacts.values()):
            document = _longest(upload.of_kind(artefact))
            passed = _newly_met(reviewer, document, text) if document else ()
            yield from (criterion for criterion in passed if artefacts[criterion] == artefact)


def _passed(part: Upload, given: Sequence[Offer], artefact: ArtefactType) -> set[str]:
    """Aspects that pass at the end of the best way to follow all offers, one after the other."""
    start = _inspected(part)
    if not any(verdict is not Verdict.NOT_CHECKED for verdict in start.criteria.values()):
        return _of_whole_file(given, artefact)
    current, seen, tries, passed = part, start, 0, set[str]()
    for offer in given:
        best, best_seen = current, seen
        for variant in _variants(current, offer, seen.findings, artefact):
            tries += 1
            if tries > MAX_TRIES:
                return passed
            looked = inspect(variant)
            passed |= {criterion for criterion in _met(looked) if criterion not in _met(start)}
            if _badness(looked) < _badness(best_seen):
                best, best_seen = variant, looked
        current, seen = best, best_seen
    return passed


@lru_cache(maxsize=64)
def _inspected(upload: Upload) -> Inspection:
    return inspect(upload)


def _met(inspection: Inspection) -> set[str]:
    return {aspect for aspect, verdict in inspection.criteria.items() if verdict is Verdict.MET}


def _badness(inspection: Inspection) -> tuple[int, int]:
    weights = {Verdict.NOT_MET: 2, Verdict.PARTLY: 1}
    return -len(_met(inspection)), sum(
        weights.get(finding.effect, 0) for finding in inspection.findings if finding.effect
    )


def _of_whole_file(given: Sequence[Offer], artefact: ArtefactType) -> set[str]:
    """Where nothing was handed in yet, only a whole file does the work."""
    blocks = [offer.text for offer in given if offer.kind is OfferKind.BLOCK]
    name, patching = artefact.recognition.file_name, artefact.patching
    whole = [text for text in blocks if patching and all(re.search(pattern, text) for pattern in patching.whole)]
    return {aspect for text in whole for aspect in _met(inspect(Upload.of([SourceFile(name, text.encode())])))}


def _variants(part: Upload, offer: Offer, findings: Sequence[Finding], artefact: ArtefactType) -> Iterator[Upload]:
    if artefact.patching is None:
        return
    for file in part.of_kind(artefact.name):
        text = _text(file)
        flagged = [
            line
            for finding in findings
            if finding.file == file.path and finding.effect is not None
            for line in range(finding.line, finding.end_line + 1)
        ]
        made = dict.fromkeys(artefact.patching.of_file(text, offer, flagged))
        yield from (part.with_text(file.path, new) for new in made if new != text)
    yield from artefact.patching.beside(part, offer)


def _text(file: SourceFile) -> str:
    return file.text if file.is_readable else ""


def _longest(files: Iterable[SourceFile]) -> SourceFile | None:
    texts = [(file.path, _text(file)[:MAX_PLAN]) for file in files]
    path, text = max(texts, key=lambda named: len(named[1]), default=("", ""))
    return SourceFile(path, text.encode()) if text else None


def _newly_met(reviewer: PlanReviewer, document: SourceFile, text: str) -> Iterator[str]:
    """Criteria that the document meets with the text after it, and does not without."""
    before = _reviewed(reviewer, document)
    after = _verdicts(reviewer, SourceFile(document.path, document.data + b"\n\n" + text.encode()))
    yield from (
        criterion
        for criterion, verdict in after.items()
        if verdict is Verdict.MET and before[criterion] is not Verdict.MET
    )


def _as_plan(said: str, published: str) -> str:
    """The prose that asserts something, without what the course says to everybody.

    Quotations that are no offers are the learner's own words, or somebody else's.
    """
    bare = _MARKUP.sub("", _QUOTED.sub(" ", said))
    bare = _LEAD_IN.sub("\n", bare)
    spoken = [
        statement.claim.whole for statement in statements(bare) if not _ABOUT_ITSELF.search(statement.claim.whole)
    ]
    kept = [other_statement for other_statement in spoken if _plain(other_statement) not in published]
    return "\n\n".join(kept)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w]+", text.lower()))


@lru_cache(maxsize=8)
def _published(lesson_id: str, texts: tuple[str, ...]) -> str:  # noqa: ARG001 - the id keeps lessons apart
    return " \n ".join(_plain(text) for text in texts)


def _texts(lesson: Lesson) -> tuple[str, ...]:
    """What every learner of the lesson may read: its sections, and what the tutor says of its beliefs and criteria."""
    return (
        *(section.text for section in lesson.sections),
        *(text for misconception in lesson.misconceptions for text in (misconception.belief, misconception.reality)),
        *(point.text for question in lesson.questions for point in question.points),
        *(text for criterion in lesson.rubric for text in (criterion.why, criterion.met_when)),
        *(text for ladder in lesson.hints.values() for text in ladder),
    )


def _verdicts(reviewer: PlanReviewer, plan: SourceFile) -> dict[str, Verdict]:
    return {
        judgement.criterion: Verdict.NOT_MET if judgement.pending else judgement.verdict
        for judgement in reviewer.review(plan)
    }


@lru_cache(maxsize=64)
def _reviewed(reviewer: PlanReviewer, plan: SourceFile) -> Mapping[str, Verdict]:
    return _verdicts(reviewer, plan)
