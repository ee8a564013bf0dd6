"""JUnit XML, which every CI server shows: a suite an input, a test a criterion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from tools.artefacts.registry import named_aspect
from tools.findings import Finding, Verdict
from tools.inspection.report import InspectionReport

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(reports: Sequence[InspectionReport]) -> str:
    root = ET.Element("testsuites", name="tutor inspect")
    for report in reports:
        root.append(_suite(report))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(report: InspectionReport) -> ET.Element:
    cases = [_unusable(report)] if report.error else [_case(report, aspect) for aspect in report.criteria]
    counts: dict[str, int] = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    suite = ET.Element(
        "testsuite", {"name": _plain(report.path)} | {name: str(count) for name, count in counts.items()}
    )
    suite.extend(cases)
    return suite


def _unusable(report: InspectionReport) -> ET.Element:
    case = ET.Element("testcase", classname=_plain(report.path), name="can be read")
    ET.SubElement(case, "error", message=_plain(report.error))
    return case


def _case(report: InspectionReport, aspect: str) -> ET.Element:
    """Only what is not met fails; what is partly met is told in the test's output."""
    case = ET.Element("testcase", classname=_plain(report.path), name=named_aspect(aspect))
    found = [finding for finding in report.findings if finding.criterion == aspect and finding.effect is not None]
    told = _plain("\n".join(_line(report, finding) for finding in found))
    match report.criteria[aspect]:
        case Verdict.NOT_MET:
            ET.SubElement(case, "failure", message="not met", type=aspect).text = told
        case Verdict.NOT_CHECKED:
            ET.SubElement(case, "skipped", message="not checked")
        case Verdict.PARTLY:
            ET.SubElement(case, "system-out").text = told
    return case


def _line(report: InspectionReport, finding: Finding) -> str:
    return f"{report.address(finding.file)}:{finding.line} {finding.message} {finding.question} [{finding.rule}]"


def _plain(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return _NOT_XML.sub("\ufffd", text)
