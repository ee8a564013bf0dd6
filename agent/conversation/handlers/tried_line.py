"""A line that somebody writes instead of one of theirs, tried in a copy of their file: does the finding go away?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.conversation.view import View
from tools.findings import Finding
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

OF_IMAGES = frozenset({"D1", "B1"})  # aspects in which a line names an image
LONGEST = 300  # characters of a message that may be a line


def mends(view: View, findings: Sequence[Finding]) -> Finding | None:
    """The first finding that a line of the message takes away without bringing another."""
    return next((finding for finding, line in _tries(view, findings) if _goes(view, finding, line)), None)


def is_line(view: View, findings: Sequence[Finding]) -> bool:
    """Whether the message writes out a line that could stand in the place of a flagged one."""
    return next(_tries(view, findings), None) is not None


def _tries(view: View, findings: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    lines = list(_lines(view.text)) if len(view.text) <= LONGEST else []
    for finding in findings if lines else ():
        yield from ((finding, line) for line in lines if _fits(view, finding, line))


def _lines(text: str) -> Iterator[str]:
    """What stands in the message by itself or in code marks, as a line of a file could."""
    for line in text.replace("```", "\n").splitlines():
        for part in (line, *line.split("`")[1::2]):
            if part.strip():
                yield part.strip()


def _fits(view: View, finding: Finding, line: str) -> bool:
    """The same instruction or key, written out; a remark on what is missing has no line to be like."""
    stands = _stands(view.upload, finding)
    head = stands.strip().lstrip("- ").partition(" ")[0].rstrip(":")
    return bool(head) and line.lstrip("- ").partition(" ")[0].rstrip(":") == head and line.strip() != stands.strip()


def _goes(view: View, finding: Finding, line: str) -> bool:
    file = view.upload.find(finding.file)
    if file is None:
        return False
    lines = file.text.splitlines()
    stands = lines[finding.line - 1]
    indent = stands[: len(stands) - len(stands.lstrip())]
    lines[finding.line - 1 : max(finding.line, finding.end_line)] = [f"{indent}{line}"]
    changed = SourceFile(file.path, "\n".join([*lines, ""]).encode())
    kept = [other for other in view.upload if other.path != file.path]
    found = inspect(Upload.of([*kept, changed]), linter=None).findings
    before = {(one.rule, one.file, one.line) for one in view.findings}
    new = [one for one in found if _spoils(one, finding) and (one.rule, one.file, one.line) not in before]
    gone = all((one.rule, one.file, one.line) != (finding.rule, finding.file, finding.line) for one in found)
    return gone and not new


def _spoils(new: Finding, mended: Finding) -> bool:
    """What holds the gate back, or a remark on the same thing; an image may always be named more exactly."""
    return new.effect is not None or (new.criterion == mended.criterion and new.criterion not in OF_IMAGES)


def _stands(upload: Upload, finding: Finding) -> str:
    file = upload.find(finding.file)
    lines = file.text.splitlines() if file else []
    return lines[finding.line - 1] if 1 <= finding.line <= len(lines) else ""
