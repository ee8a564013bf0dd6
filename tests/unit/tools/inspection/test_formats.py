"""What code hosts read: GitHub's annotations, GitLab's Code Quality, JUnit's XML, suppressions in SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

import jsonschema

from tools.findings import Finding, Inspection, Severity, Verdict
from tools.inspection.formats.github import as_github
from tools.inspection.formats.gitlab import as_gitlab
from tools.inspection.formats.json_lines import as_json_line
from tools.inspection.formats.junit import as_junit
from tools.inspection.formats.sarif import as_sarif
from tools.inspection.formats.text import as_text
from tools.inspection.report import InspectionReport, SetAside, SetAsideBy

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
GONE = InspectionReport("gone", error="There is no file gone.")


def finding(
    rule: str = "base-untagged", effect: Verdict | None = Verdict.NOT_MET, criterion: str = "D1", line: int = 3
) -> Finding:
    severity = Severity.ERROR if effect else Severity.INFO
    return Finding(rule, criterion, severity, "a,b/Dockerfile", line, line + 1, "50% of\nit.", "Is it?", effect)


def report(*findings: Finding, path: str = "api", aside: tuple[SetAside, ...] = ()) -> InspectionReport:
    criteria = MappingProxyType({"D1": Verdict.NOT_MET, "D2": Verdict.MET, "D4": Verdict.PARTLY})
    return InspectionReport(path, Inspection("sha256:0", criteria, findings), set_aside=aside)


def test_an_annotation_escapes_what_github_would_cut() -> None:
    (line,) = as_github([report(finding())]).splitlines()
    place = "file=api/a%2Cb/Dockerfile,line=3,endLine=4,title=D1 Pinned base (base-untagged)"
    assert line == f"::error {place}::50%25 of%0Ait. Is it?"


def test_an_annotation_is_as_grave_as_its_finding() -> None:
    lines = as_github([report(finding(effect=None), path="."), GONE]).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::notice", "::error"]
    assert "file=a%2Cb/Dockerfile," in lines[0]
    assert lines[1].endswith("There is no file gone.")


def test_a_code_quality_issue_has_what_gitlab_asks_for() -> None:
    issues = json.loads(
        as_gitlab([report(finding(), finding(line=9), finding("secret-literal", criterion="D3"), path=".")])
    )
    assert [issue["severity"] for issue in issues] == ["blocker", "major", "major"]
    assert {tuple(issue) for issue in issues} == {("description", "check_name", "fingerprint", "severity", "location")}
    assert issues[1]["location"] == {"path": "a,b/Dockerfile", "lines": {"begin": 3, "end": 4}}
    assert len({issue["fingerprint"] for issue in issues}) == 3


def test_junit_has_a_test_for_each_criterion() -> None:
    root = ET.fromstring(as_junit([report(finding(), finding("half", Verdict.PARTLY, "D4")), GONE]))  # noqa: S314 - ours
    suite, gone = root.findall("testsuite")
    cases = {case.attrib["name"]: case for case in suite.findall("testcase")}
    failure = cases["D1 Pinned base"].find("failure")
    assert failure is not None
    assert failure.text == "api/a,b/Dockerfile:3 50% of\nit. Is it? [base-untagged]"
    assert list(cases["D2 Locked dependencies"]) == []
    assert cases["D4 Lean image"].find("system-out") is not None
    assert cases["D5 Explicit process"].find("skipped") is not None
    assert (suite.attrib["failures"], suite.attrib["skipped"], gone.attrib["errors"]) == ("1", "6", "1")


def test_junit_survives_what_xml_cannot_write() -> None:
    ET.fromstring(as_junit([InspectionReport("a\0b", error="c\x1b")]))  # noqa: S314 - ours


ASIDE = SetAside(finding(), SetAsideBy.COMMENT, "the mirror pins it")


def test_what_is_set_aside_is_suppressed_in_sarif() -> None:
    log = json.loads(as_sarif([report(aside=(ASIDE, SetAside(finding("x"), SetAsideBy.BASELINE)))], "1"))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    first, second = log["runs"][0]["results"]
    assert first["suppressions"] == [{"kind": "inSource", "justification": "the mirror pins it"}]
    assert second["suppressions"][0]["kind"] == "external"


def test_what_is_set_aside_is_told_in_json_and_counted_in_text() -> None:
    line = json.loads(as_json_line(report(aside=(ASIDE,))))
    assert line["findings"] == []
    assert line["set_aside"][0]["rule"] == "base-untagged"
    assert line["set_aside"][0]["reason"] == "the mirror pins it"
    assert "1 finding is set aside by a comment." in as_text(report(aside=(ASIDE,)))
