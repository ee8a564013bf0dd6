"""A learner's file with our questions at their lines: never what to write there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from agent.domain.reply import OutgoingFile
from tools.compose import COMPOSE
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.errors import UnreadableFile
from tools.findings import Finding
from tools.uploads.files import SourceFile, Upload

_COMMENTED = (DOCKERFILE, DOCKERIGNORE, COMPOSE)  # a line of these may be a comment
_NAMED = {
    DOCKERIGNORE: re.compile(r"docker ?ignore", re.IGNORECASE),
    DOCKERFILE: re.compile(r"docker ?file", re.IGNORECASE),
    COMPOSE: re.compile(r"compose|blueprint|stack", re.IGNORECASE),
}
_HEAD = (
    "# Your file with my questions, each above its line (#? criterion: question). Remove them before you hand it in."
)


def annotated(workspace: Upload, findings: Iterable[Finding]) -> tuple[OutgoingFile, ...]:
    """Only files that have questions, and whose language has comments."""
    asked: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        asked[finding.file].append(finding)
    files = [file for file in workspace if file.kind in _COMMENTED and asked[file.path]]
    return tuple(
        OutgoingFile(f"{_name(file.path)}.questions.txt", data, f"{_name(file.path)} with questions")
        for file in files
        if (data := _with_questions(file, asked[file.path]))
    )


def meant(workspace: Upload, text: str) -> Upload:
    """The files of the kinds that a text names; all where it names none."""
    kinds = {kind for kind, pattern in _NAMED.items() if pattern.search(text)}
    return Upload.of(file for file in workspace if file.kind in kinds) if kinds else workspace


def _with_questions(file: SourceFile, findings: Iterable[Finding]) -> bytes:
    above: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for finding in findings:
        if finding.question:
            above[max(1, finding.line)][f"#? {finding.criterion}: {' '.join(finding.question.split())}"] = None
    try:
        lines = file.text.splitlines()
    except UnreadableFile:
        return b""
    written = [_HEAD]
    for number, line in enumerate(lines, start=1):
        written += [*above.pop(number, {}), line]
    written += [question for rest in above.values() for question in rest]
    return "\n".join([*written, ""]).encode()


def _name(path: str) -> str:
    return path.rpartition("/")[2]
