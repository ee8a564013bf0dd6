"""Inspections as text for people, as JSON lines and as SARIF: one input after the other, in their order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tools.artefacts.registry import aspects
from tools.findings import Finding, Inspection, Rank, Severity, Verdict

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Paint = Callable[[str, str], str]  # text and role: a verdict, a severity, `path` or `question`

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_WEIGHTS = {Rank.BLOCKING: "blocks", Rank.WEAKENING: "weakens", Rank.UNSEEN: "leaves open", Rank.ADVICE: "advice on"}


@dataclass(frozen=True)
class InspectionReport:
    """What became of one input: an inspection, or the reason why there is none."""

    path: str
    inspection: Inspection | None = None
    error: str = ""

    @property
    def criteria(self) -> dict[str, Verdict]:
        known: Mapping[str, Verdict] = self.inspection.criteria if self.inspection else {}
        return {aspect: known.get(aspect, Verdict.NOT_CHECKED) for aspect in aspects()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        return ranked(self.inspection.findings) if self.inspection else ()

    @property
    def is_unusable(self) -> bool:
        """Nothing could be said about it."""
        return bool(self.error)

    @property
    def is_blocking(self) -> bool:
        return Verdict.NOT_MET in self.criteria.values()

    @property
    def is_weak(self) -> bool:
        return Verdict.PARTLY in self.criteria.values()


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What holds the gate back first, then by file and line."""
    order = {severity: index for index, severity in enumerate(_LEVELS)}
    return tuple(sorted(findings, key=lambda f: (f.rank, order[f.severity], f.file, f.line, f.rule)))


def as_json_line(report: InspectionReport) -> str:
    line: dict[str, Any] = {
        "path": report.path,
        "criteria": {aspect: str(verdict) for aspect, verdict in report.criteria.items()},
        "findings": [_finding(finding) for finding in report.findings],
    }
    if report.inspection is not None:
        line["tools"] = dict(report.inspection.tools)
        line["unreadable"] = dict(report.inspection.unreadable)
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
    }


def _unpainted(text: str, role: str) -> str:  # noqa: ARG001 - the shape of Paint
    return text


def as_text(report: InspectionReport, paint: Paint = _unpainted, *, brief: bool = False) -> str:
    """A block for one input, without a line break at its end; `brief` counts advice instead of giving it."""
    lines = [paint(report.path, "path")]
    if report.error:
        lines.append(f"  {report.error}")
        return "\n".join(lines)
    verdicts = [f"{aspect} {paint(verdict, verdict)}" for aspect, verdict in report.criteria.items()]
    lines.append("  " + " · ".join(verdicts))
    if report.inspection is not None:
        lines.extend(f"  {message}" for message in report.inspection.unreadable.values())
    shown = [finding for finding in report.findings if not brief or finding.effect is not None]
    for finding in shown:
        lines.extend(_finding_lines(finding, paint))
    if len(shown) < len(report.findings):
        lines.append(f"  … and {len(report.findings) - len(shown)} pieces of advice (without --brief).")
    if not report.findings and not (report.inspection and report.inspection.unreadable):
        checked = any(verdict is not Verdict.NOT_CHECKED for verdict in report.criteria.values())
        lines.append("  Nothing to report." if checked else "  No file here is one that I inspect.")
    return "\n".join(lines)


def _finding_lines(finding: Finding, paint: Paint) -> list[str]:
    place = f"{finding.file}:{finding.line}"
    if finding.end_line > finding.line:
        place += f"-{finding.end_line}"
    weight = _WEIGHTS[finding.rank]
    head = f"  {place}  {paint(f'{weight} {finding.criterion}', finding.severity)}  {finding.message}  [{finding.rule}]"
    return [head, "      " + paint(finding.question, "question")]


def as_sarif(reports: Sequence[InspectionReport], version: str = "0") -> str:
    """One SARIF run over all inputs; an artefact's address is the input's path joined with the finding's file."""
    rules = {finding.rule: finding for report in reports for finding in report.findings}
    driver = {
        "name": "tutor",
        "version": version,
        "rules": [_sarif_rule(rules[rule]) for rule in sorted(rules)],
    }
    index = {rule: number for number, rule in enumerate(sorted(rules))}
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(reports)],
        "results": [
            _sarif_result(report.path, finding, index[finding.rule])
            for report in reports
            for finding in report.findings
        ],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _invocation(reports: Sequence[InspectionReport]) -> dict[str, Any]:
    messages = [f"{report.path}: {report.error}" for report in reports if report.error]
    notifications = [{"level": "error", "message": {"text": message}} for message in messages]
    return {"executionSuccessful": not messages, "toolExecutionNotifications": notifications}


def _sarif_rule(finding: Finding) -> dict[str, Any]:
    """A rule as its first finding describes it: SARIF needs a text for each."""
    rule: dict[str, Any] = {
        "id": finding.rule,
        "shortDescription": {"text": f"{finding.criterion}: {finding.rule}"},
        "help": {"text": finding.question},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [finding.criterion]},
    }
    if finding.links:
        rule["helpUri"] = finding.links[0]
    return rule


def _sarif_result(path: str, finding: Finding, rule_index: int) -> dict[str, Any]:
    region = {"startLine": finding.line, "endLine": max(finding.line, finding.end_line)}
    place = {"artifactLocation": {"uri": _uri(path, finding.file)}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.question}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"tutor/v1": _fingerprint(finding)},
        "properties": {"criterion": finding.criterion, "effect": str(finding.effect or "advice")},
    }


def _fingerprint(finding: Finding) -> str:
    """The same finding in the next commit, though its line has moved."""
    said = f"{finding.rule}\0{finding.file}\0{finding.message}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _uri(path: str, file: str) -> str:
    """The finding's file below the input; an input that is the file itself stands for it."""
    plain = path.removeprefix("./").rstrip("/") or "."
    joined = plain if plain.rpartition("/")[2] == file else file if plain == "." else f"{plain}/{file}"
    return quote(joined)
