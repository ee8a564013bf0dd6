from __future__ import annotations

import pytest

from integrations.cli.inspect_command import _report
from integrations.cli.inspect_inputs import Input, _name_by_content
from tools.findings import Finding, Inspection, Severity, Verdict
from tools.uploads.files import SourceFile, Upload


@pytest.mark.parametrize(
    ("path", "text", "alias"),
    [
        ("case-17.txt", "# build\nFROM python:3.12\nCMD app\n", "Dockerfile"),
        ("stack.txt", "# ours\nservices:\n  api:\n    build: .\n", "compose.yaml"),
        ("broken.yaml", "services\n  api: [", "compose.yaml"),
        ("from.yml", "FROM: x", "compose.yaml"),
        ("notes.txt", "We come from far.", None),
        ("blob.bin", "\0\0\0", None),
    ],
)
def test_a_file_of_unknown_name_is_known_by_what_it_holds(path: str, text: str, alias: str | None) -> None:
    assert _name_by_content(SourceFile(path, text.encode())) == alias


def test_findings_carry_the_name_that_the_person_gave() -> None:
    finding = Finding("r", "B1", Severity.ERROR, "compose.yaml", 1, 1, "It is.", "Is it?", Verdict.NOT_MET)
    upload = Upload.of([SourceFile("compose.yaml", b"services: {}")])
    given = Input("dir/stack.txt", upload, renamed=("compose.yaml", "stack.txt"))
    report = _report(given, Inspection(upload.digest, {}, (finding,)))
    assert [found.file for found in report.findings] == ["stack.txt"]


def test_a_single_file_that_cannot_be_read_is_an_error() -> None:
    upload = Upload.of([SourceFile("Dockerfile", b"\0")])
    inspection = Inspection(upload.digest, {}, unreadable={"Dockerfile": "It is binary."})
    report = _report(Input("Dockerfile", upload), inspection)
    assert report.is_unusable
    assert report.error == "It is binary."
