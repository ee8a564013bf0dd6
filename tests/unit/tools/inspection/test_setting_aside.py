"""Findings that are not counted, and the criteria by what is left."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from tools.errors import UnreadableBaseline
from tools.findings import Finding, Inspection, Severity, Verdict
from tools.inspection.report import InspectionReport, SetAside, SetAsideBy
from tools.inspection.setting_aside import baseline_of, read_baseline, without


def finding(rule: str, effect: Verdict | None = Verdict.NOT_MET, criterion: str = "D1", line: int = 1) -> Finding:
    return Finding(rule, criterion, Severity.ERROR, "Dockerfile", line, line, "It is.", "Is it?", effect)


def report(*findings: Finding, **criteria: Verdict) -> InspectionReport:
    return InspectionReport("api", Inspection("sha256:0", MappingProxyType(criteria), findings))


def test_only_criteria_that_lose_a_finding_are_judged_anew() -> None:
    whole = report(
        finding("a"), finding("b", Verdict.PARTLY), finding("c", criterion="D2"), D1=Verdict.NOT_MET, D2=Verdict.NOT_MET
    )
    left = without(whole, lambda found: SetAside(found, SetAsideBy.COMMENT) if found.rule == "a" else None)
    assert left.criteria["D1"] is Verdict.PARTLY
    assert left.criteria["D2"] is Verdict.NOT_MET
    assert [one.finding.rule for one in left.set_aside] == ["a"]
    assert [found.rule for found in left.findings] == ["c", "b"]


def test_what_was_set_aside_before_stays_so() -> None:
    first = without(report(finding("a"), finding("b")), lambda found: _aside(found, "a"))
    both = without(first, lambda found: _aside(found, "b"))
    assert [one.finding.rule for one in both.set_aside] == ["a", "b"]


def _aside(found: Finding, rule: str) -> SetAside | None:
    return SetAside(found, SetAsideBy.SETTINGS) if found.rule == rule else None


def test_an_input_without_inspection_stays_as_it_is() -> None:
    gone = InspectionReport("gone", error="There is no such file.")
    assert without(gone, lambda found: SetAside(found, SetAsideBy.COMMENT)) == gone


def test_a_baseline_counts_the_same_finding_on_several_lines() -> None:
    text = baseline_of([report(finding("a", line=1), finding("a", line=9), finding("b"))])
    known = read_baseline(text, "known.json")
    assert sorted(known.values()) == [1, 2]
    assert {file for file, _ in known} == {"api/Dockerfile"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}'])
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(UnreadableBaseline, match="--write-baseline"):
        read_baseline(text, "known.json")
