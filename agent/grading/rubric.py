"""Whether a rubric can be judged: what it names has to be registered with the tools."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.course.pack import Criterion, Lesson
from tools.artefacts.registry import artefact_type, judged_types


def faults_of_rubric(lesson: Lesson) -> Iterator[str]:
    """Sentences for the author of the lesson, each with its file and criterion."""
    for criterion in lesson.rubric:
        for fault in _faults(criterion):
            yield f"{lesson.id}/rubric.yaml: {criterion.id} → {fault}"


def _faults(criterion: Criterion) -> Iterator[str]:
    artefact = artefact_type(criterion.artefact)
    if artefact is None or not artefact.is_judged:
        known = ", ".join(judged.name for judged in judged_types())
        yield f"artefact “{criterion.artefact}” is judged by nothing; write one of {known}"
    elif criterion.aspect and criterion.aspect not in artefact.aspects:
        known = ", ".join(artefact.aspects) or f"another artefact: a {artefact.name} is not inspected"
        yield f"aspect “{criterion.aspect}” is inspected by nothing; write one of {known}"
    elif criterion.judged_by == "text" and not artefact.is_prose:
        yield f"judged_by text reads prose, which a {artefact.name} is not; write inspection with an aspect"
