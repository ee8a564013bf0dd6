"""Sets a plan's sentences beside the files that came with it, and quotes both places where they cannot both be true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.domain.verdicts import Span
from agent.grading.plan_against_files import images, pipelines, services
from agent.grading.plan_against_files.files import Files
from agent.grading.plan_against_files.kind import Kind
from agent.grading.plan_review.statements import MAX_STATEMENTS, Statement, statements
from tools.compose.document import Place
from tools.findings import Inspection
from tools.uploads.files import SourceFile, Upload

MAX_CHARACTERS = 60_000  # of a plan; the review of its text has the same limit
SHOWN_LINES = 3  # of a file's place
ReadStatements = Callable[[str], Sequence[Statement]]


def kinds() -> tuple[Kind, ...]:
    return (*images.KINDS, *services.KINDS, *pipelines.KINDS)


@dataclass(frozen=True)
class Disagreement:
    """`claimed` is the plan's sentence, `shown` the lines of a file that cannot be true beside it."""

    kind: str
    claimed: Span
    shown: Span
    line: int


def compare(
    plan: SourceFile, upload: Upload, inspection: Inspection, read: ReadStatements = statements
) -> tuple[Disagreement, ...]:
    """In the order of the plan, of each kind the first; silence of either side is no disagreement.

    What stands under a frame that takes it back, or may, claims nothing of what the files should hold.
    """
    files = Files(upload, inspection)
    found: dict[str, Disagreement] = {}
    for statement in read(plan.text[:MAX_CHARACTERS])[:MAX_STATEMENTS]:
        if statement.frame is not None:
            continue
        said = statement.claim.whole
        claimed = Span.cut(plan, statement.start, statement.end)
        for kind, place in _contradicted(files, said):
            shown = _span(upload, place)
            if shown is not None and kind not in found:
                found[kind] = Disagreement(kind, claimed, shown, place.line)
    return tuple(found.values())


def _contradicted(files: Files, said: str) -> Iterator[tuple[str, Place]]:
    for kind in kinds():
        answer = kind.contradicting(files, said)
        if answer:
            yield kind.name, answer.place


def _span(upload: Upload, place: Place) -> Span | None:
    file = upload.find(place.file)
    if file is None or not file.is_readable:
        return None
    lines = file.text.splitlines(keepends=True)
    start = sum(map(len, lines[: place.line - 1]))
    until = min(place.end_line, place.line + SHOWN_LINES - 1)
    end = start + len("".join(lines[place.line - 1 : until]).rstrip())
    return Span.cut(file, start, end) if end > start else None
