"""SARIF 2.1.0, as code hosts and editors read it: one run over all inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tools.artefacts.registry import named_aspect
from tools.findings import Finding, Severity
from tools.inspection.explaining import headline, wording_of_rule
from tools.inspection.ranking import Remark, remarks
from tools.inspection.report import InspectionReport, SetAside, SetAsideBy, fingerprint

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(reports: Sequence[InspectionReport], version: str = "0") -> str:
    """An artefact's address is the input's path joined with the finding's file."""
    found = [finding for report in reports for finding in _all_findings(report)]
    rules = {finding.rule: finding for finding in found}
    index = {rule: number for number, rule in enumerate(sorted(rules))}
    driver = {"name": "tutor", "version": version, "rules": [_rule(rules[rule]) for rule in index]}
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(reports)],
        "results": [result for report in reports for result in _results(report, index)],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _all_findings(report: InspectionReport) -> list[Finding]:
    return [*report.findings, *(one.finding for one in report.set_aside)]


def _results(report: InspectionReport, index: Mapping[str, int]) -> list[dict[str, Any]]:
    counted = [_result(report, remark, index[remark.finding.rule]) for remark in remarks(report.findings)]
    aside = [
        _result(report, Remark(one.finding, (one.finding.criterion,)), index[one.finding.rule]) | _suppressed(one)
        for one in report.set_aside
    ]
    return counted + aside


def _suppressed(one: SetAside) -> dict[str, Any]:
    kind = "inSource" if one.by is SetAsideBy.COMMENT else "external"
    return {"suppressions": [{"kind": kind, "justification": one.reason or f"by {one.by}"}]}


def _invocation(reports: Sequence[InspectionReport]) -> dict[str, Any]:
    messages = [f"{report.path}: {report.error}" for report in reports if report.error]
    notifications = [{"level": "error", "message": {"text": message}} for message in messages]
    return {"executionSuccessful": not messages, "toolExecutionNotifications": notifications}


def _rule(finding: Finding) -> dict[str, Any]:
    said = wording_of_rule(finding)
    rule: dict[str, Any] = {
        "id": finding.rule,
        "name": "".join(word.capitalize() for word in finding.rule.split("-")),
        "shortDescription": {"text": headline(finding.rule)},
        "fullDescription": {"text": f"{named_aspect(finding.criterion)}: {said.message}"},
        "help": {"text": said.text, "markdown": said.markdown},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [finding.criterion], "precision": "high"},
    }
    if finding.links:
        rule["helpUri"] = finding.links[0]
    return rule


def _result(report: InspectionReport, remark: Remark, rule_index: int) -> dict[str, Any]:
    finding = remark.finding
    region = {"startLine": finding.line, "endLine": max(finding.line, finding.end_line)}
    place = {"artifactLocation": {"uri": report.uri(finding.file)}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.question}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"tutor/v1": fingerprint(finding)},
        "properties": {"criteria": list(remark.criteria), "effect": str(finding.effect or "advice")},
    }
