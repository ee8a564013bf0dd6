"""The order of findings, and one remark a cause."""

from __future__ import annotations

from tools.findings import UNBUILDABLE, Finding, Severity, Verdict
from tools.inspection.inspector import inspect
from tools.inspection.ranking import ranked, remarks
from tools.uploads.files import SourceFile, Upload


def finding(rule: str, criterion: str, effect: Verdict | None = Verdict.NOT_MET, line: int = 1) -> Finding:
    severity = Severity.ERROR if effect else Severity.INFO
    return Finding(rule, criterion, severity, "Dockerfile", line, line, "It is.", "Is it?", effect)


def test_leaked_credentials_come_before_all_that_blocks() -> None:
    found = [
        finding("advice", "D3", None),
        finding("base-untagged", "D1", line=1),
        finding("compose-literal-credential", "B2", line=7),
        finding("secret-literal", "D3", line=9),
        finding("half", "D4", Verdict.PARTLY),
        finding(UNBUILDABLE, "D1", line=12),
    ]
    order = [one.rule for one in ranked(found)]
    assert order == [
        UNBUILDABLE,
        "compose-literal-credential",
        "secret-literal",
        "base-untagged",
        "half",
        "advice",
    ]


def test_a_fault_that_stops_the_builder_is_one_remark() -> None:
    inspected = inspect(Upload.of([SourceFile("Dockerfile", b"FROM a:1\nRUM x\n")]))
    (remark,) = [one for one in remarks(inspected.findings) if one.finding.rule == UNBUILDABLE]
    assert remark.criteria == ("D1", "D2", "D3", "D4", "D5")


def test_what_a_command_does_to_many_packages_is_one_finding() -> None:
    packages = " ".join(f"package-{number}" for number in range(21))
    text = f"FROM python:3.12-slim\nRUN pip install --no-cache-dir {packages}\nUSER 1\nCMD ['x']\n"
    found = inspect(Upload.of([SourceFile("Dockerfile", text.encode())])).findings
    (opened,) = [one for one in found if one.rule == "python-package-open"]
    assert "`package-0` is installed" in opened.message
    assert opened.message.endswith(" The same goes for `package-1`, `package-2`, `package-3`, `package-4` and 16 more.")
