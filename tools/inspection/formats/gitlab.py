"""GitLab's Code Quality report, which merge requests show beside the changed lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from tools.artefacts.registry import is_leak
from tools.findings import Finding, Severity
from tools.inspection.ranking import remarks
from tools.inspection.report import InspectionReport, fingerprint

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def as_gitlab(reports: Sequence[InspectionReport]) -> str:
    found = [_issue(report, remark.finding) for report in reports for remark in remarks(report.findings)]
    return json.dumps(_told_apart(found), ensure_ascii=False, indent=2)


def _issue(report: InspectionReport, finding: Finding) -> dict[str, Any]:
    is_blocker = finding.effect is not None and is_leak(finding)
    address = report.address(finding.file)
    return {
        "description": f"{finding.criterion}: {finding.message} {finding.question}",
        "check_name": finding.rule,
        "fingerprint": hashlib.sha256(f"{address}\0{fingerprint(finding)}".encode()).hexdigest(),
        "severity": "blocker" if is_blocker else _SEVERITIES[finding.severity],
        "location": {"path": address, "lines": {"begin": finding.line, "end": max(finding.line, finding.end_line)}},
    }


def _told_apart(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """GitLab drops a second issue of the same fingerprint: the same remark on another line is one of its own."""
    seen: dict[str, int] = {}
    for issue in issues:
        mark = issue["fingerprint"]
        seen[mark] = seen.get(mark, 0) + 1
        if seen[mark] > 1:
            issue["fingerprint"] = hashlib.sha256(f"{mark}\0{seen[mark]}".encode()).hexdigest()
    return issues
