"""Which criterion of a lesson a text is about."""

from __future__ import annotations

import re

import numpy as np

from knowledge.course.pack import Criterion, Lesson
from knowledge.retrieval.packed_vectors import Embed
from tools.artefacts.registry import is_mentioned

_ID = re.compile(r"\b([a-z]\d{1,2})\b", re.IGNORECASE)
NEAR = 0.45  # cosine between a message and a criterion's own words; chosen, not measured


def criterion_by_id(text: str, lesson: Lesson) -> Criterion | None:
    found = (lesson.criterion(match.group(1).upper()) for match in _ID.finditer(text))
    return next((match_found for match_found in found if match_found is not None), None)


def named_criterion(text: str, lesson: Lesson) -> Criterion | None:
    """The criterion that a text names by id, or by its name's words."""
    criterion = criterion_by_id(text, lesson)
    if criterion is not None:
        return criterion
    low = text.lower().replace("-", " ")
    return next(
        (
            other_criterion
            for other_criterion in lesson.rubric
            if other_criterion.name.replace("-", " ") in low or other_criterion.title.lower() in low
        ),
        None,
    )


def criterion_of(text: str, lesson: Lesson, embed: Embed) -> Criterion | None:
    """The named criterion, else the nearest in meaning where one is near enough."""
    named = named_criterion(text, lesson)
    if named is not None or not text.strip() or not lesson.rubric:
        return named
    words = [f"{criterion.title}. {criterion.met_when}" for criterion in lesson.rubric]
    vectors = embed([text[:500], *words])
    nearness = vectors[1:] @ vectors[0]
    best = int(np.argmax(nearness))
    return lesson.rubric[best] if nearness[best] >= NEAR else None


def named_artefact(text: str, lesson: Lesson) -> str:
    """The one artefact of the lesson that a text names; empty for none or several."""
    named = [artefact for artefact in lesson.artefacts if is_mentioned(artefact, text)]
    return named[0] if len(named) == 1 else ""
