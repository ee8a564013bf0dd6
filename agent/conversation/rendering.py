"""Sheets that a learner reads: findings with their place, verdicts with their evidence, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.domain.gate import GateState
from agent.domain.verdicts import Judgement, Span
from agent.grading.assessment import place
from knowledge.course.pack import Criterion, Lesson
from tools.artefacts.registry import wording_of
from tools.findings import Finding, Inspection, Verdict
from tools.uploads.files import SourceFile, Upload

MAX_FINDINGS = 5
MAX_QUOTE = 160

MARKS: Mapping[Verdict, str] = {
    Verdict.MET: "✅",
    Verdict.PARTLY: "🟡",
    Verdict.NOT_MET: "❌",
    Verdict.NOT_CHECKED: "⬜",
}
STATES: Mapping[GateState, str] = {
    GateState.LOCKED: "locked",
    GateState.OPEN: "open",
    GateState.SUBMITTED: "submitted",
    GateState.REVIEWED: "reviewed, to be revised",
    GateState.PASSED: "passed",
    GateState.WAIVED: "waived by an instructor",
    GateState.REOPENED: "reopened",
}


def findings(inspection: Inspection, *, limit: int | None = MAX_FINDINGS) -> str:
    blocking = [finding for finding in inspection.findings if finding.effect is not None] or list(inspection.findings)
    shown = list(
        {
            (other_finding.file, other_finding.line, other_finding.message): other_finding
            for other_finding in reversed(blocking)
        }.values()
    )[::-1]
    lines = [_finding(number, one) for number, one in enumerate(shown[:limit], start=1)]
    return "\n".join(lines)


def _finding(number: int, finding: Finding) -> str:
    return f"{number}. {place(finding)} · **{finding.criterion}**: {finding.message} _{finding.question}_"


def more_than(inspection: Inspection, limit: int = MAX_FINDINGS) -> int:
    """How many findings a short list leaves out."""
    blocking = sum(finding.effect is not None for finding in inspection.findings)
    return len(inspection.findings) - min(blocking or len(inspection.findings), limit)


def verdict_line(lesson: Lesson, criterion_status: Mapping[str, Judgement], artefact: str) -> str:
    """One line for an artefact: each criterion's mark and id; empty where nothing of it was looked at."""
    rows = [
        (criterion, criterion_status.get(criterion.id)) for criterion in lesson.rubric if criterion.artefact == artefact
    ]
    looked_at = [(one, judgement) for one, judgement in rows if judgement and not _is_untouched(judgement)]
    return " · ".join(f"{mark(judgement)} {one.id}" for one, judgement in looked_at)


def verdict(judgement: Judgement) -> str:
    return "waits for an instructor" if judgement.pending else judgement.verdict.value


def mark(judgement: Judgement) -> str:
    return "⏳" if judgement.pending else MARKS[judgement.verdict]


def review_lines(lesson: Lesson, judgements: Sequence[Judgement], upload: Upload) -> str:
    by_id = {judgement.criterion: judgement for judgement in judgements}
    lines = [
        _review_line(criterion, by_id[criterion.id], upload) for criterion in lesson.rubric if criterion.id in by_id
    ]
    return "\n".join(lines)


def _review_line(criterion: Criterion, judgement: Judgement, upload: Upload) -> str:
    head = f"{mark(judgement)} **{criterion.id} {criterion.title}**: {verdict(judgement)}"
    detail = evidence(judgement, upload) if judgement.verdict is Verdict.MET else _what_is_missing(criterion, judgement)
    if judgement.disagreement:  # instead of a quote that a file contradicts, and beside what is missing
        detail = " ".join(dict.fromkeys((*(() if judgement.pending else (detail,)), judgement.disagreement)))
    return f"{head}. {detail}" if detail else head


def _what_is_missing(criterion: Criterion, judgement: Judgement) -> str:
    """Never a bare verdict: what is asked, where nothing nearer can be said."""
    said = judgement.missing or judgement.reason
    return said or f"Nothing in your newest version shows it. Met when: {criterion.met_when}"


def evidence(judgement: Judgement, upload: Upload) -> str:
    """The quoted span with its line, or the tool that attests it."""
    if judgement.spans:
        return evidence_of(judgement.spans[0], upload)
    if judgement.receipt is None:
        return ""
    return {"build": "Shown by the build receipt.", "decision": "Decided by an instructor."}.get(
        judgement.receipt.kind, ""
    )


def evidence_of(span: Span, upload: Upload) -> str:
    file = upload.find(span.file)
    where = f" (`{span.file}` line {_line_of(file, span.start)})" if file else ""
    return f"“{_short(span.quote)}”{where}"


def _line_of(file: SourceFile, offset: int) -> int:
    return file.text.count("\n", 0, offset) + 1


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= MAX_QUOTE else flat[: MAX_QUOTE - 1].rstrip() + "…"


def named(lesson: Lesson, ids: Iterable[str]) -> str:
    """`D2 Locked dependencies, P4 Image hygiene`, in the rubric's order."""
    wanted = set(ids)
    return ", ".join(f"{criterion.id} {criterion.title}" for criterion in lesson.rubric if criterion.id in wanted)


def next_step(lesson: Lesson, criterion_status: Mapping[str, Judgement]) -> str:
    """The next open criterion with its place in the newest version, or what to hand in first."""
    target = next_open(lesson, criterion_status)
    if target is None:
        return ""
    judgement = criterion_status.get(target.id)
    head = f"Next: **{target.id} {target.title}**"
    if judgement is None or _is_untouched(judgement):
        missing = artefacts_missing(lesson, criterion_status)
        return f"Next: send me {listed(missing)} here." if missing else f"{head}."
    if judgement.missing.startswith("`"):
        return f"{head}, {judgement.missing.partition(': ')[0]}. {judgement.reason}".rstrip()
    if target.judged_by == "text":
        return f"{head}: your newest version does not show it yet. {judgement.missing}".rstrip()
    return f"{head}. {judgement.missing or judgement.reason}".rstrip()


def _is_untouched(judgement: Judgement) -> bool:
    """Nothing of its artefact was looked at; with a reason, only a file beside it was missing."""
    return judgement.verdict is Verdict.NOT_CHECKED and not judgement.reason


def is_met(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement.verdict is Verdict.MET and not judgement.pending


def _is_settled(judgement: Judgement) -> bool:
    """What only waits until plan and files agree is still the learner's."""
    if judgement.pending and judgement.disagreement:
        return False
    return judgement.pending or judgement.verdict is Verdict.MET


def next_open(lesson: Lesson, criterion_status: Mapping[str, Judgement], artefact: str = "") -> Criterion | None:
    """Required before optional, judged before not handed in; what waits for an instructor is not the learner's."""

    def order(one: Criterion) -> tuple[bool, bool]:
        judgement = criterion_status.get(one.id)
        unjudged = judgement is None or judgement.verdict is Verdict.NOT_CHECKED
        return (not one.required, unjudged)

    waiting = {one for one, judgement in criterion_status.items() if _is_settled(judgement)}
    asked = (criterion for criterion in lesson.rubric if artefact in ("", criterion.artefact))
    return min((question for question in asked if question.id not in waiting), key=order, default=None)


def artefact_names(artefacts: Iterable[str]) -> list[str]:
    """`your Dockerfile`, `your plan as a Markdown file`."""
    return [wording_of(artefact).wanted for artefact in artefacts]


def artefacts_missing(lesson: Lesson, criterion_status: Mapping[str, Judgement]) -> list[str]:
    """Names of the artefacts of which no criterion was judged yet."""
    judged = {
        criterion.artefact
        for criterion in lesson.rubric
        if criterion.id in criterion_status and criterion_status[criterion.id].verdict is not Verdict.NOT_CHECKED
    }
    return artefact_names(artefact for artefact in lesson.artefacts if artefact not in judged)


def listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
