"""Inspections for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from tools.artefacts.registry import named_aspect
from tools.findings import Rank, Verdict
from tools.inspection.ranking import Remark, remarks
from tools.inspection.report import InspectionReport, SetAsideBy

Paint = Callable[[str, str], str]  # text and role: a verdict, a severity, `path` or `question`

_WEIGHTS = {Rank.BLOCKING: "blocks", Rank.WEAKENING: "weakens", Rank.UNSEEN: "leaves open", Rank.ADVICE: "advice on"}
_WORST_FIRST = (Verdict.NOT_MET, Verdict.PARTLY, Verdict.NOT_CHECKED, Verdict.MET)


def _unpainted(text: str, role: str) -> str:  # noqa: ARG001 - the shape of Paint
    return text


def as_text(report: InspectionReport, paint: Paint = _unpainted, *, brief: bool = False) -> str:
    """A block for one input, without a line break at its end; `brief` counts advice instead of giving it."""
    head = paint(report.path, "path")
    if report.error:
        return f"{head}\n  {report.error}"
    return "\n".join([head, *_verdicts(report, paint), *_body(report, paint, brief=brief)])


def _verdicts(report: InspectionReport, paint: Paint) -> Iterator[str]:
    """A line for each verdict, the worst first."""
    order = sorted(report.criteria.items(), key=lambda item: _WORST_FIRST.index(item[1]))
    for verdict, group in groupby(order, key=lambda item: item[1]):
        names = " · ".join(named_aspect(aspect) for aspect, _ in group)
        yield f"  {paint(verdict, verdict)}: {names}"


def _body(report: InspectionReport, paint: Paint, *, brief: bool) -> Iterator[str]:
    unreadable = report.inspection.unreadable if report.inspection else {}
    yield from (f"  {message}" for message in unreadable.values())
    shown = [finding for finding in report.findings if not brief or finding.effect is not None]
    for remark in remarks(shown):
        yield from _remark_lines(remark, paint)
    if len(shown) < len(report.findings):
        yield f"  … and {len(report.findings) - len(shown)} pieces of advice (without --brief)."
    yield from _counts(report)
    if not report.findings and not report.set_aside and not unreadable:
        checked = any(verdict is not Verdict.NOT_CHECKED for verdict in report.criteria.values())
        yield "  Nothing to report." if checked else "  No file here is one that I inspect."


def _remark_lines(remark: Remark, paint: Paint) -> Iterator[str]:
    finding = remark.finding
    place = f"{finding.file}:{finding.line}"
    if finding.end_line > finding.line:
        place += f"-{finding.end_line}"
    several = len(remark.criteria) > 1
    named = ", ".join(remark.criteria) if several else named_aspect(finding.criterion)
    weight = paint(f"{_WEIGHTS[finding.rank]} {named}", finding.severity)
    yield f"  {place}  {weight}  {finding.message}  [{finding.rule}]"
    yield "      " + paint(finding.question, "question")


def _counts(report: InspectionReport) -> Iterator[str]:
    """How many findings are not counted, and why."""
    for by in SetAsideBy:
        count = sum(one.by is by for one in report.set_aside)
        if count:
            yield f"  {count} {'finding is' if count == 1 else 'findings are'} set aside by {by}."
