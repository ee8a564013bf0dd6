"""GitHub's workflow commands: each remark becomes an annotation at its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.artefacts.registry import named_aspect
from tools.findings import Severity
from tools.inspection.ranking import Remark, remarks
from tools.inspection.report import InspectionReport

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(reports: Sequence[InspectionReport]) -> str:
    return "\n".join(line for report in reports for line in _lines(report))


def _lines(report: InspectionReport) -> Iterator[str]:
    if report.error:
        yield f"::error title=tutor::{_data(report.error)}"
    for remark in remarks(report.findings):
        yield _annotation(report, remark)


def _annotation(report: InspectionReport, remark: Remark) -> str:
    finding = remark.finding
    several = len(remark.criteria) > 1
    criteria = ", ".join(remark.criteria) if several else named_aspect(finding.criterion)
    properties = {
        "file": report.address(finding.file),
        "line": str(finding.line),
        "endLine": str(max(finding.line, finding.end_line)),
        "title": f"{criteria} ({finding.rule})",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {told}::{_data(f'{finding.message} {finding.question}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
