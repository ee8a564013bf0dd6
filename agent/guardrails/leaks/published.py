"""What a course says to everybody: a sentence of a card, a lesson or a note gives nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from agent.guardrails.leaks.prescribing import sentences
from knowledge.course.pack import Lesson
from knowledge.markdown import code_blocks

LEAST_WORDS = 4  # fewer are no sentence of anybody's
_CITATION = re.compile(r"\s*\[\d+\]")


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", _CITATION.sub("", text).lower()))


def without_published(lesson: Lesson, said: str) -> str:
    """The text without sentences and blocks that stand word for word in what every learner may read."""
    known = _published(_Texts(lesson))
    between, begin = [], 0
    for code in code_blocks(said):
        between.append(_unpublished(said[begin : code.start], known))
        if plain(code.content) not in known:
            between.append(said[code.start : code.end])
        begin = code.end
    return "\n".join([*between, _unpublished(said[begin:], known)])


def _unpublished(prose: str, known: frozenset[str]) -> str:
    """Lines as they are, but for the sentences that are known."""
    if not any(plain(sentence) in known for sentence in sentences(prose)):
        return prose
    lines = (" ".join(part for part in sentences(line) if plain(part) not in known) for line in prose.split("\n"))
    return "\n".join(lines)


class _Texts:
    """A lesson by its identity: the same lesson of the same process has the same texts."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson

    def __hash__(self) -> int:
        return id(self.lesson)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Texts) and other.lesson is self.lesson


@lru_cache(maxsize=16)
def _published(texts: _Texts) -> frozenset[str]:
    found = set[str]()
    for text in _texts(texts.lesson):
        found.update(plain(block.content) for block in code_blocks(text))
        found.update(plain(sentence) for sentence in sentences(text))
    return frozenset(sentence for sentence in found if sentence.count(" ") >= LEAST_WORDS - 1)


def _texts(lesson: Lesson) -> Iterator[str]:
    yield from (section.text for section in lesson.sections)
    for misconception in lesson.misconceptions:
        yield from (misconception.belief, misconception.reality, misconception.question)
    yield from (point.text for question in lesson.questions for point in question.points)
    for criterion in lesson.rubric:
        yield from (criterion.why, criterion.met_when)
    yield from (hint for ladder in lesson.hints.values() for hint in ladder)
    yield from _of_cards(lesson)


def _of_cards(lesson: Lesson) -> Iterator[str]:
    for card in lesson.cards:
        yield from (card.says, card.why, card.example, card.check)
        yield from (remark.says for remark in card.own)
    yield from _of_notes(lesson)


def _of_notes(lesson: Lesson) -> Iterable[str]:
    return (note.says for guide in lesson.notes for note in guide.notes)
