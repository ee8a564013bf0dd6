from __future__ import annotations

from agent.conversation.annotated_files import annotated
from tools.findings import Finding, Severity
from tools.uploads.files import SourceFile, Upload

DOCKERFILE = "FROM python\nRUN pip install flask\n"


def _finding(file: str, line: int, question: str) -> Finding:
    return Finding("R1", "D1", Severity.WARNING, file, line, line, "never shown", question)


def test_questions_stand_above_their_lines_each_once() -> None:
    workspace = Upload.of([SourceFile("app/Dockerfile", DOCKERFILE.encode()), SourceFile("data.json", b"{}")])
    asked = [_finding("app/Dockerfile", 2, "Which version\nis that?")] * 2
    found = [*asked, _finding("app/Dockerfile", 99, "And then?"), _finding("data.json", 1, "What?")]
    (file,) = annotated(workspace, found)
    assert file.name == "Dockerfile.questions.txt"
    assert file.data.decode().splitlines()[1:] == [
        "FROM python",
        "#? D1: Which version is that?",
        "RUN pip install flask",
        "#? D1: And then?",
    ]
    assert b"never shown" not in file.data


def test_a_file_without_questions_is_not_sent() -> None:
    workspace = Upload.of([SourceFile("Dockerfile", DOCKERFILE.encode()), SourceFile("compose.yaml", b"\xff\xfe")])
    assert annotated(workspace, [_finding("Dockerfile", 1, "")])[0].data.count(b"#?") <= 1
    assert annotated(workspace, []) == ()
