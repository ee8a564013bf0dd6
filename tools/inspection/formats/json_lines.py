"""One JSON line an input; its keys are a contract, new ones may be added."""

from __future__ import annotations

import json
from typing import Any

from tools.findings import Finding
from tools.inspection.report import InspectionReport, SetAside, fingerprint


def as_json_line(report: InspectionReport) -> str:
    line: dict[str, Any] = {
        "path": report.path,
        "criteria": {aspect: str(verdict) for aspect, verdict in report.criteria.items()},
        "findings": [_finding(finding) for finding in report.findings],
    }
    if report.inspection is not None:
        line["tools"] = dict(report.inspection.tools)
        line["unreadable"] = dict(report.inspection.unreadable)
    if report.set_aside:
        line["set_aside"] = [_set_aside(one) for one in report.set_aside]
    if report.notes:
        line["notes"] = list(report.notes)
    if report.error:
        line["error"] = report.error
    return json.dumps(line, ensure_ascii=False)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "criterion": finding.criterion,
        "severity": str(finding.severity),
        "file": finding.file,
        "line": finding.line,
        "end_line": finding.end_line,
        "message": finding.message,
        "question": finding.question,
        "effect": str(finding.effect) if finding.effect is not None else None,
        "source": finding.source,
        "links": list(finding.links),
        "fingerprint": fingerprint(finding),
    }


def _set_aside(one: SetAside) -> dict[str, Any]:
    return _finding(one.finding) | {"by": str(one.by), "reason": one.reason}
