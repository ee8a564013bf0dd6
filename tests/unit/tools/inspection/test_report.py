from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from tools.artefacts.registry import aspects
from tools.findings import Finding, Inspection, Severity, Verdict
from tools.inspection.formats.json_lines import as_json_line
from tools.inspection.formats.sarif import as_sarif
from tools.inspection.formats.text import as_text
from tools.inspection.inspector import inspect
from tools.inspection.ranking import ranked
from tools.inspection.registry import rules as registered
from tools.inspection.report import InspectionReport
from tools.uploads.files import SourceFile, Upload

KEYS = {"rule", "criterion", "severity", "file", "line", "end_line", "message", "question"}


def finding(rule: str = "compose-x", effect: Verdict | None = Verdict.NOT_MET, line: int = 3) -> Finding:
    return Finding(
        rule, "B1", Severity.ERROR, "compose.yaml", line, line + 1, "It is open.", "Which one?", effect, ("https://x",)
    )


def report(*findings: Finding, path: str = "stack", **verdicts: Verdict) -> InspectionReport:
    return InspectionReport(path, Inspection("sha256:0", verdicts, findings))


def test_a_json_line_has_the_contracted_form() -> None:
    line = json.loads(as_json_line(report(finding(), B1=Verdict.NOT_MET, B2=Verdict.MET)))
    assert line["path"] == "stack"
    assert list(line["criteria"]) == list(aspects())
    assert line["criteria"]["B1"] == "not met"
    assert line["criteria"]["B2"] == "met"
    assert line["criteria"]["D1"] == "not checked"
    assert set(line["findings"][0]) >= KEYS
    assert line["findings"][0]["end_line"] == 4


def test_an_input_without_inspection_keeps_its_line_and_says_why() -> None:
    line = json.loads(as_json_line(InspectionReport("gone", error="There is no file gone.")))
    assert set(line["criteria"].values()) == {"not checked"}
    assert line["error"] == "There is no file gone."
    assert line["findings"] == []


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_report_is_always_one_line(path: str, error: str) -> None:
    text = as_json_line(InspectionReport(path, error=error))
    assert "\n" not in text
    assert json.loads(text)["path"] == path


def test_findings_are_ranked_by_what_holds_the_gate_back() -> None:
    advice, partly, blocking = finding("a", None), finding("b", Verdict.PARTLY), finding("c")
    assert [f.rule for f in ranked([advice, partly, blocking])] == ["c", "b", "a"]


def test_text_names_verdict_place_and_question() -> None:
    text = as_text(report(finding(), B1=Verdict.NOT_MET))
    assert "not met: B1 Stack complete" in text
    assert "compose.yaml:3-4  blocks B1 Stack complete  It is open.  [compose-x]" in text
    assert "Which one?" in text


def test_text_can_be_painted_by_the_caller() -> None:
    text = as_text(report(B1=Verdict.MET), lambda written, role: f"<{role}>{written}</>")
    assert "<met>met</>: B1 Stack complete" in text
    assert "Nothing to report." in text


def test_text_says_when_nothing_was_inspected() -> None:
    assert "No file here is one that I inspect." in as_text(report())


def test_sarif_holds_each_finding_with_its_rule_and_place() -> None:
    log = json.loads(as_sarif([report(finding()), InspectionReport("gone", error="missing"), report(path="other")]))
    run = log["runs"][0]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["compose-x"]
    (result,) = run["results"]
    assert result["level"] == "error"
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "stack/compose.yaml"
    assert location["region"] == {"startLine": 3, "endLine": 4}
    assert run["invocations"][0]["executionSuccessful"] is False


SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))


def test_sarif_of_every_rule_has_the_structure_of_the_standard() -> None:
    reports = [
        InspectionReport(f"case {number}", inspect(Upload.of([SourceFile("Dockerfile", rule.bad.encode())])))
        for number, rule in enumerate(registered())
    ]
    log = json.loads(as_sarif(reports, "1.0"))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) > 100
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_brief_text_counts_advice() -> None:
    text = as_text(report(finding(), finding("advice", None)), brief=True)
    assert "[advice]" not in text
    assert "1 pieces of advice" in text


def test_sarif_of_a_single_file_points_to_that_file() -> None:
    log = json.loads(as_sarif([report(finding(), path="./a b/compose.yaml")]))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%20b/compose.yaml"
