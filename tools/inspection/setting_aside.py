"""Takes findings out of a report, by comments, settings or a baseline, and judges the criteria by what is left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import MappingProxyType

from tools.errors import UnreadableBaseline
from tools.findings import Finding, Inspection, verdict_of
from tools.inspection.report import InspectionReport, SetAside, fingerprint

Judge = Callable[[Finding], SetAside | None]  # whether a finding is set aside

VERSION = 1  # of a baseline file


def without(report: InspectionReport, judge: Judge) -> InspectionReport:
    """The report without what `judge` sets aside; only criteria that lose a finding are judged anew."""
    if report.inspection is None:
        return report
    found = [(finding, judge(finding)) for finding in report.findings]
    aside = [set_aside for _, set_aside in found if set_aside is not None]
    kept = tuple(finding for finding, set_aside in found if set_aside is None)
    inspection = _judged_anew(report.inspection, kept, {one.finding.criterion for one in aside})
    return replace(report, inspection=inspection, set_aside=(*report.set_aside, *aside))


def _judged_anew(inspection: Inspection, kept: tuple[Finding, ...], aspects: set[str]) -> Inspection:
    changed = {aspect: verdict_of(kept, aspect) for aspect in aspects & set(inspection.criteria)}
    return replace(inspection, findings=kept, criteria=MappingProxyType({**inspection.criteria, **changed}))


def baseline_of(reports: Iterable[InspectionReport]) -> str:
    """What is known now, as a file that a repository keeps."""
    known = Counter(
        (report.address(finding.file), finding.rule, fingerprint(finding))
        for report in reports
        for finding in report.findings
    )
    rows = [
        {"file": file, "rule": rule, "fingerprint": mark, "count": count}
        for (file, rule, mark), count in sorted(known.items())
    ]
    return json.dumps({"version": VERSION, "findings": rows}, ensure_ascii=False, indent=1) + "\n"


def read_baseline(text: str, name: str) -> Counter[tuple[str, str]]:
    """(file, fingerprint) -> how often it was there; raises UnreadableBaseline."""
    try:
        written = json.loads(text)
        rows = {VERSION: written["findings"]}[written["version"]]
        return Counter({(str(row["file"]), str(row["fingerprint"])): int(row["count"]) for row in rows})
    except (ValueError, KeyError, TypeError):
        raise UnreadableBaseline(
            f"{name} is no baseline of `tutor inspect`. Write one with --write-baseline {name}."
        ) from None
