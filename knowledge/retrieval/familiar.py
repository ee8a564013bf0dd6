"""Vectors of the course's own texts, made once: with each message it is they that the message is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from knowledge.course.pack import Course, Lesson
from knowledge.retrieval.embedding import Vectors

Embed = Callable[[Sequence[str]], Vectors]


class Familiar:
    """Embeds as `embed` does, and remembers what is in `texts`; what a learner wrote is never remembered."""

    def __init__(self, embed: Embed, texts: Iterable[str]) -> None:
        self._embed, self._familiar = embed, frozenset(texts)
        self._known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        known = dict(self._known)
        missing = [fromkey for fromkey in dict.fromkeys(texts) if fromkey not in known]
        if missing:
            known |= dict(zip(missing, self._embed(missing), strict=True))
            self._known |= {name: known[name] for name in missing if name in self._familiar}
        return np.stack([known[text] for text in texts]) if texts else self._embed(texts)


def texts_of(course: Course) -> Iterator[str]:
    for lesson in course.lessons:
        yield from _texts_of(lesson)


def _texts_of(lesson: Lesson) -> Iterator[str]:
    for question in lesson.questions:
        yield question.text
        for point in question.points:
            yield from (point.text, *point.cues)
    for belief in lesson.misconceptions:
        yield from (belief.belief, *belief.cues, belief.reality, belief.question)
        if belief.experiment is not None:
            yield from (belief.experiment.observe, *(choice.text for choice in belief.experiment.choices))
    for criterion in lesson.rubric:
        yield f"{criterion.title}. {criterion.met_when}"
