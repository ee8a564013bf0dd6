"""Measures what a reply gives away: it is applied to the learner's newest files, and the checks run again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from agent.grading.plan_review.reviewer import PlanReviewer
from agent.grading.plan_review.statements import statements
from agent.guardrails.leaks import compose_splices, dockerfile_splices
from agent.guardrails.leaks.offers import Offer, OfferKind, offers
from knowledge.course.pack import Lesson
from tools.artefacts.registry import prose_in
from tools.compose import COMPOSE
from tools.dependencies import DEPENDENCIES
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.errors import ToolError
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

MAX_PLAN = 20_000  # characters of a plan that are set beside a reply
MAX_TRIES = 60  # inspections that one reply may cost
_DOCKERFILE_SIDE = (DOCKERFILE, DOCKERIGNORE, DEPENDENCIES)
_MARKUP = re.compile(r"\*\*|__|`|\s*\[\d+\]")
_QUOTED = re.compile(r"“[^”]*”")
_LEAD_IN = re.compile(r"(?m)^[^.:\n]{0,80}:\s+(?=[A-Z])|^[^.\n]{0,60}\bfor (?:example|instance)\W+")
# A tutor about itself, a place in a file, or somebody told to find out: no statement of a plan.
_ABOUT_ITSELF = re.compile(
    r"^(?:I (?:am|can|could|do|have|keep|leave|read|stay|take|would)\b|(?:write down|say|describe|name|explain|think|"
    r"look|ask|note|tell)\b.*\b(?:what|how|who|when|where|which|whether)\b)|\b[A-Z]\d{1,2}\b|\blines? \d+\.",
    re.IGNORECASE,
)
_PATTERN = re.compile(r"[\w.*/!-]+")

Verdicts = Mapping[str, Verdict]


class LeakMeter:
    """The same reply over the same files gives the same answer; nothing is stored."""

    def __init__(self, reviewers: Mapping[str, PlanReviewer]) -> None:
        self._reviewers = reviewers

    def leaks(self, lesson: Lesson, upload: Upload, reply: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """The criteria that newly pass when `reply` (with what was said before) is followed to the letter."""
        said = "\n\n".join([*before, reply])
        found = {*self._of_files(lesson, upload, said), *self._of_plan(lesson, upload, said)}
        if before and found:  # what the earlier replies gave away alone is not this one's doing
            found -= set(self.leaks(lesson, upload, "\n\n".join(before)))
        return tuple(criterion.id for criterion in lesson.rubric if criterion.id in found)

    def _of_files(self, lesson: Lesson, upload: Upload, said: str) -> Iterator[str]:
        given = offers(said)
        if not given:
            return
        aspects = {criterion.aspect: criterion.id for criterion in lesson.rubric if criterion.judged_by == "inspection"}
        for kinds, own in (((COMPOSE,), "compose"), (_DOCKERFILE_SIDE, "dockerfile")):
            wanted = {criterion.aspect for criterion in lesson.rubric if criterion.aspect and criterion.artefact == own}
            part = Upload.of(file for file in upload if file.kind in kinds)
            passed = _passed(part, given, own) if wanted else set()
            yield from (aspects[other_criterion] for other_criterion in passed & wanted)

    def _of_plan(self, lesson: Lesson, upload: Upload, said: str) -> Iterator[str]:
        reviewer, plan = self._reviewers.get(lesson.id), _plan(upload)
        text = _as_plan(said, _published(lesson.id, _texts(lesson)))
        if reviewer is None or plan is None or not text:
            return
        before = _reviewed(reviewer, plan)
        after = _verdicts(reviewer, SourceFile(plan.path, plan.data + b"\n\n" + text.encode()))
        yield from (one for one, verdict in after.items() if verdict is Verdict.MET and before[one] is not Verdict.MET)


def _passed(part: Upload, given: Sequence[Offer], artefact: str) -> set[str]:
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


def _of_whole_file(given: Sequence[Offer], artefact: str) -> set[str]:
    """Where nothing was handed in yet, only a whole file does the work."""
    name, needed = (
        ("compose.yaml", (r"(?m)^services:",))
        if artefact == "compose"
        else ("Dockerfile", (r"(?m)^\s*FROM\s", r"(?m)^\s*(CMD|ENTRYPOINT)\s"))
    )
    whole = [row.text for row in given if row.kind is OfferKind.BLOCK and all(re.search(x, row.text) for x in needed)]
    return {aspect for text in whole for aspect in _met(inspect(Upload.of([SourceFile(name, text.encode())])))}


def _variants(part: Upload, offer: Offer, findings: Sequence[Finding], artefact: str) -> Iterator[Upload]:
    module = compose_splices if artefact == "compose" else dockerfile_splices
    kind = COMPOSE if artefact == "compose" else DOCKERFILE
    for file in part.of_kind(kind):
        text = _text(file)
        flagged = [
            line
            for finding in findings
            if finding.file == file.path and finding.effect is not None
            for line in range(finding.line, finding.end_line + 1)
        ]
        made = dict.fromkeys(module.splices(text, offer, flagged))
        yield from (_with(part, file.path, new) for new in made if new != text)
    if artefact == "dockerfile":
        yield from _beside(part, offer)


def _beside(part: Upload, offer: Offer) -> Iterator[Upload]:
    """Files that stand with the Dockerfile: what is ignored, and what is installed."""
    ignored = part.find(".dockerignore")
    patterns = _patterns(offer)
    if patterns:
        yield _with(part, ".dockerignore", "\n".join([_text(ignored) if ignored else "", *patterns]) + "\n")
    for file in part.of_kind(DEPENDENCIES):
        text = _text(file)
        if offer.kind is OfferKind.BLOCK and re.search(r"(?m)^[\w.\[\]-]+==\d", offer.text):
            yield _with(part, file.path, offer.text)
        changed = dockerfile_splices.renamed(text, offer.text.strip()) if " " not in offer.text.strip() else text
        if changed != text:
            yield _with(part, file.path, changed)


def _patterns(offer: Offer) -> list[str]:
    if offer.kind is OfferKind.DEED:
        names = [word.rstrip(".") for word in re.findall(r"(?<!\w)\.?[\w*/.-]+", offer.text)]
        return [name for name in names if len(name) > 1] if "dockerignore" in offer.text.lower() else []
    lines = [line.strip() for line in offer.text.splitlines() if line.strip() and not line.startswith("#")]
    return lines if offer.kind is OfferKind.BLOCK and all(_PATTERN.fullmatch(line) for line in lines) else []


def _with(part: Upload, path: str, text: str) -> Upload:
    return Upload.of([*(file for file in part if file.path != path), SourceFile(path, text.encode())])


def _text(file: SourceFile) -> str:
    try:
        return file.text
    except ToolError:
        return ""


def _plan(upload: Upload) -> SourceFile | None:
    plans = [(file.path, _text(file)[:MAX_PLAN]) for file in prose_in(upload)]
    path, text = max(plans, key=lambda plan: len(plan[1]), default=("", ""))
    return SourceFile(path, text.encode()) if text else None


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


def sentences_that_leak(
    meter: LeakMeter, lesson: Lesson, upload: Upload, pieces: Iterable[str], before: Sequence[str] = ()
) -> list[str]:
    """The pieces of a reply that give something away, each alone or together with the kept ones before it."""
    kept: list[str] = []
    bad: list[str] = []
    for piece in pieces:
        (bad if meter.leaks(lesson, upload, "\n".join([*kept, piece]), before) else kept).append(piece)
    return bad
