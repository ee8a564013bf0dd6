"""Which criterion waits while plan and files disagree: a lesson's author says it beside the review guides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.domain.verdicts import Judgement
from agent.grading.plan_against_files.comparing import Disagreement, ReadStatements, compare, kinds
from agent.grading.plan_review.statements import statements
from knowledge.course.pack import Lesson
from tools.artefacts.registry import documents_in
from tools.findings import Inspection, Verdict
from tools.uploads.files import Upload

FILE = "against_files.yaml"
MAX_QUOTE = 160


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kinds: list[str]
    criterion: str
    asks: str


_ENTRIES = TypeAdapter(list[_Entry])


def faults_of(lesson: Lesson) -> list[str]:
    """A sentence for every fault of the lesson's file; a lesson without one compares nothing."""
    file = lesson.folder / "review" / FILE
    if not file.exists():
        return []
    try:
        entries = _ENTRIES.validate_python(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "it is no valid YAML"
        return [f"review/{FILE}: {first}"]
    known, criteria = {kind.name for kind in kinds()}, {criterion.id for criterion in lesson.rubric}
    unknown = [name for entry in entries for name in entry.kinds if name not in known]
    strange = [entry.criterion for entry in entries if entry.criterion not in criteria]
    return [
        *(f"review/{FILE}: no kind is called “{name}”; there are: {', '.join(sorted(known))}" for name in unknown),
        *(f"review/{FILE}: names the criterion {name}, which the rubric does not have" for name in strange),
    ]


@lru_cache(maxsize=16)
def _entries(folder: Path) -> Mapping[str, _Entry]:
    """By the kind; empty where the lesson compares nothing."""
    file = folder / "review" / FILE
    entries = _ENTRIES.validate_python(yaml.safe_load(file.read_text("utf-8"))) if file.exists() else []
    return {kind: entry for entry in entries for kind in entry.kinds}


def disagreements(
    lesson: Lesson, upload: Upload, inspection: Inspection, read: ReadStatements = statements
) -> dict[str, list[Disagreement]]:
    """By the criterion that waits for them; nothing where the lesson, the plan or the files are silent."""
    entries = _entries(lesson.folder)
    found: dict[str, list[Disagreement]] = {}
    for document in documents_in(upload).values() if entries else ():
        if document.is_readable:
            for disagreement in compare(document, upload, inspection, read):
                if disagreement.kind in entries:
                    found.setdefault(entries[disagreement.kind].criterion, []).append(disagreement)
    return found


def held_back(lesson: Lesson, judgement: Judgement, found: Sequence[Disagreement]) -> Judgement:
    """Both places are quoted and the learner is asked; what would be met waits, what is not keeps its verdict."""
    if not found:
        return judgement
    told = " ".join(told_of(lesson, disagreement) for disagreement in found)
    if judgement.verdict is not Verdict.MET:
        return replace(judgement, disagreement=told)
    quoted = [span for disagreement in found for span in (disagreement.claimed, disagreement.shown)]
    spans = tuple(dict.fromkeys((*quoted, *judgement.spans)))
    return replace(judgement, pending=True, spans=spans, missing=told, reason=told, disagreement=told)


def told_of(lesson: Lesson, disagreement: Disagreement) -> str:
    shown = disagreement.shown
    asks = _entries(lesson.folder)[disagreement.kind].asks
    return (
        f"Your plan says “{_short(disagreement.claimed.quote)}”, and `{shown.file}` line {disagreement.line} has "
        f"`{_short(shown.quote).replace('`', '')}`. {asks}"
    )


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= MAX_QUOTE else f"{flat[: MAX_QUOTE - 1].rstrip()}…"
