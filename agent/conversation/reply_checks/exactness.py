"""Numbers, code and technical names come from what a segment stands on, or from what the person wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft
from knowledge.course.pack import Course, Lesson

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")
_CODE = re.compile(r"``([^`]+)``|`([^`\n]+)`")
# What only a machine reads: flags, names with a version, paths, constants, snake_case.
_NAME = re.compile(
    r"(?<![\w-])--?[a-z][\w-]+|[\w./-]*[a-zA-Z][\w./-]*(?::v?\d[\w.-]*|==\d[\w.]*|@sha256:\w+)|"
    r"\b\w+(?:_\w+)+\b|(?<!\w)[\w-]+(?:/[\w.-]+)+|\b[A-Z][A-Z0-9]{2,}\b"
)
# A line of a file in running text: an instruction and what only a file would have after it.
_LINE = re.compile(r"\b[A-Z]{3,}[ \t]+(?:\[[^\]\n]*\]|[\w.-]*[=:/\d][\w.:/=@-]*)")
_PLAIN = re.compile(r"[`*_“”\"]")


class Exactness:
    """`known` is everything that the course says: its instructions and words are the field's, no invention."""

    name = "exactness"

    def __init__(self, known: Callable[[Lesson], str]) -> None:
        self._known = known

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:  # noqa: ARG002 - the port's shape
        stands = _flat(f"{draft.known}\n{matter.learners_words}")
        numbers = [found for found in _NUMBER.findall(draft.own) if not _stands(found, stands)]
        if numbers:
            return f"The number {numbers[0]} is in none of its sources; name the fact that has it, or leave it out."
        course = self._known(matter.view.context.lesson)
        bare = _CODE.sub(" ", draft.own)
        codes = [first or second for first, second in _CODE.findall(draft.own)]
        if draft.kind == "outside" and (codes or _LINE.search(bare)):
            return "What is from outside the material comes without code."
        for name in [*codes, *_LINE.findall(bare), *_NAME.findall(bare)]:
            if not _stands(_flat(name), stands) and not _stands(_flat(name), course):
                return f"`{name}` is in none of its sources; name the fact that has it, or leave it out."
        return ""


def _flat(text: str) -> str:
    return " ".join(_PLAIN.sub("", text).lower().split())


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", text) is not None if name else True


class CourseWords:
    """All that a lesson says to everybody, flat, once a lesson."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._known: dict[str, str] = {}

    def of(self, lesson: Lesson) -> str:
        if lesson.id not in self._known:
            self._known[lesson.id] = _flat("\n".join(self._texts(lesson)))
        return self._known[lesson.id]

    def _texts(self, lesson: Lesson) -> Iterator[str]:
        yield from (f"{section.title} {section.text}" for section in lesson.sections)
        for card in (*self._course.cards, *lesson.cards):
            yield f"{card.says} {card.why} {card.example} {card.check}"
        yield from (note.says for notes in lesson.notes for note in notes.notes)
        for criterion in lesson.rubric:
            yield f"{criterion.id} {criterion.title} {criterion.met_when} {criterion.why}"
