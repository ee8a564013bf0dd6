"""One named file, judged in the folder that it stands in."""

from __future__ import annotations

from tools.findings import Verdict
from tools.inspection.inspector import inspect
from tools.inspection.single_file import around, of_file
from tools.uploads.files import SourceFile, Upload

GOOD = 'FROM python:3.12.7-slim\nWORKDIR /app\nCOPY . .\nUSER 10001\nCMD ["python", "app.py"]\n'
FOLDER = Upload.of(
    SourceFile(path, text.encode())
    for path, text in {
        "Dockerfile": GOOD,
        ".dockerignore": ".git\n",
        "app.py": "x",
        "old.Dockerfile": "FROM ubuntu\nCMD sleep 1\n",
        "compose.yaml": "services:\n  a: {image: nginx}\n",
        "compose.override.yaml": "services:\n  a: {ports: ['80:80']}\n",
        "other.compose.yaml": "services:\n  b: {image: redis}\n",
    }.items()
)


def _criteria(path: str) -> dict[str, Verdict]:
    upload = around(FOLDER, path)
    file = upload.find(path)
    assert file is not None
    return dict(of_file(inspect(upload), file).criteria)


def test_a_dockerfile_is_judged_with_its_neighbours_and_without_the_others() -> None:
    judged = _criteria("Dockerfile")
    assert {judged[aspect] for aspect in ("D1", "D2", "D3", "D4", "D5")} == {Verdict.MET}
    assert judged["B1"] is Verdict.NOT_CHECKED
    assert _criteria("old.Dockerfile")["D1"] is Verdict.NOT_MET


def test_a_compose_file_is_judged_as_its_own_stack() -> None:
    assert {file.path for file in around(FOLDER, "compose.yaml")} == {
        file.path for file in FOLDER if file.path != "other.compose.yaml"
    }
    upload = around(FOLDER, "other.compose.yaml")
    file = upload.find("other.compose.yaml")
    assert file is not None
    found = of_file(inspect(upload), file).findings
    assert {finding.file for finding in found if finding.effect} == {"other.compose.yaml"}
    assert _criteria("compose.yaml")["D1"] is Verdict.NOT_CHECKED


def test_a_file_that_is_not_there_is_judged_with_everything() -> None:
    assert around(FOLDER, "gone") is FOLDER
