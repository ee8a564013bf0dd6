"""A learner's file with our questions at their lines: never what to write there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from agent.domain.reply import OutgoingFile
from tools.artefacts.registry import artefact_types
from tools.errors import UnreadableFile
from tools.findings import Finding
from tools.uploads.files import SourceFile, Upload

_HEAD = (
    " Your file with my questions, each above its line ({}? criterion: question). Remove them before you hand it in."
)


def annotated(workspace: Upload, findings: Iterable[Finding]) -> tuple[OutgoingFile, ...]:
    """Only files that have questions, and whose language has comments."""
    asked: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        asked[finding.file].append(finding)
    comments = {artefact.name: artefact.comment for artefact in artefact_types() if artefact.comment}
    files = [file for file in workspace if file.kind in comments and asked[file.path]]
    return tuple(
        OutgoingFile(f"{_name(file.path)}.questions.txt", data, f"{_name(file.path)} with questions")
        for file in files
        if (data := _with_questions(file, asked[file.path], comments[file.kind]))
    )


def meant(workspace: Upload, text: str) -> Upload:
    """The files of the kinds that a text names; all where it names none."""
    commented = [artefact for artefact in artefact_types() if artefact.comment]
    kinds = {artefact.name for artefact in commented if artefact.recognition.mentioned.search(text)}
    return Upload.of(file for file in workspace if file.kind in kinds) if kinds else workspace


def _with_questions(file: SourceFile, findings: Iterable[Finding], comment: str) -> bytes:
    above: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for finding in findings:
        if finding.question:
            above[max(1, finding.line)][f"{comment}? {finding.criterion}: {' '.join(finding.question.split())}"] = None
    try:
        lines = file.text.splitlines()
    except UnreadableFile:
        return b""
    written = [comment + _HEAD.format(comment)]
    for number, line in enumerate(lines, start=1):
        written += [*above.pop(number, {}), line]
    written += [question for rest in above.values() for question in rest]
    return "\n".join([*written, ""]).encode()


def _name(path: str) -> str:
    return path.rpartition("/")[2]
