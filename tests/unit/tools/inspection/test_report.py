from __future__ import annotations

import json

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from tools.artefacts.registry import aspects
from tools.findings import Finding, Inspection, Severity, Verdict
from tools.inspection.inspector import inspect
from tools.inspection.registry import rules as registered
from tools.inspection.report import InspectionReport, as_json_line, as_sarif, as_text, ranked
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
    assert "B1 not met" in text
    assert "compose.yaml:3-4  blocks B1  It is open.  [compose-x]" in text
    assert "Which one?" in text


def test_text_can_be_painted_by_the_caller() -> None:
    text = as_text(report(B1=Verdict.MET), lambda written, role: f"<{role}>{written}</>")
    assert "B1 <met>met</>" in text
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


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
PLACE = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": "^[^ ]+$"}},
                },
                "region": {
                    "required": ["startLine", "endLine"],
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "endLine": {"type": "integer", "minimum": 1},
                    },
                },
            },
        }
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "help": TEXT,
        "helpUri": {"pattern": "^https://"},
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "message", "locations"],
    "properties": {
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "items": PLACE, "minItems": 1},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
DRIVER = {
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "rules": {"items": RULE, "uniqueItems": True}},
}
RUN = {
    "type": "object",
    "required": ["tool", "results"],
    "additionalProperties": False,
    "properties": {
        "tool": {"required": ["driver"], "properties": {"driver": DRIVER}},
        "invocations": {"items": {"required": ["executionSuccessful"]}},
        "results": {"type": "array", "items": RESULT},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    },
}
SARIF = {  # what version 2.1.0 of the standard asks of the parts that we write
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": {"items": RUN}},
}


def test_sarif_of_every_rule_has_the_structure_of_the_standard() -> None:
    reports = [
        InspectionReport(f"case {number}", inspect(Upload.of([SourceFile("Dockerfile", rule.bad.encode())])))
        for number, rule in enumerate(registered())
    ]
    log = json.loads(as_sarif(reports, "1.0"))
    jsonschema.validate(log, SARIF)
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
