"""What of the course a message is about: criteria by id or title, a lesson, an artefact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from snowballstemmer import stemmer

from agent.conversation.instructors.queries.tokens import Token, words_of
from agent.conversation.instructors.queries.vocabulary import Vocabulary
from knowledge.course.pack import Course, Criterion, Lesson

MIN_LETTERS = 5  # of a word of a title that stands for its criterion
MAX_SHARED = 2  # criteria that a word may stand for


@dataclass(frozen=True)
class Scope:
    """Ids; `places` are where each criterion is named, `used` all places that were read."""

    criteria: tuple[str, ...] = ()
    lesson: str = ""
    file: str = ""
    places: tuple[int, ...] = ()
    used: frozenset[int] = frozenset()


class Scopes:
    def __init__(self, course: Course, words: Vocabulary) -> None:
        self._course, self._words, self._stem = course, words, stemmer("english")
        self._criteria = [(lesson, criterion) for lesson in course.lessons for criterion in lesson.rubric]
        self._titles = [(words_of(criterion.title), lesson, criterion) for lesson, criterion in self._criteria]
        self._by_word = self._distinct(words)
        texts = (text for lesson in course.lessons for text in (lesson.title, lesson.gate, *_titles(lesson)))
        self.words = frozenset(word for text in texts for word in words_of(text))

    def _distinct(self, words: Vocabulary) -> dict[str, list[tuple[Lesson, Criterion]]]:
        found: dict[str, list[tuple[Lesson, Criterion]]] = {}
        for title, lesson, criterion in self._titles:
            for word in title:
                if len(word) >= MIN_LETTERS and not words.is_common(word):
                    found.setdefault(self._stem.stemWord(word), []).append((lesson, criterion))
        return {word: those for word, those in found.items() if len(those) <= MAX_SHARED}

    def read(self, tokens: Sequence[Token]) -> Scope:
        words = [token.word for token in tokens]
        named = sorted(self._named(words), key=lambda found: found[0])
        lesson, lesson_used = self._lesson(words)
        criteria = {criterion.id: (place, owner) for place, _, owner, criterion in named}
        used = {place + step for place, width, _, _ in named for step in range(width)} | lesson_used
        file = self._words.artefact_in(words)
        owner = next((of.id for _, of in criteria.values()), "")
        places = tuple(place for place, _ in criteria.values())
        return Scope(tuple(criteria), lesson or owner, file, places, frozenset(used))

    def _named(self, words: Sequence[str]) -> Iterator[tuple[int, int, Lesson, Criterion]]:
        """(place, width, lesson, criterion): by id, else by the whole title, else by a word of it that says enough."""
        found = [*self._by_id(words), *self._by_title(words)]
        taken = {place for place, *_ in found}
        yield from found
        if not found:
            for place, word in enumerate(words):
                if place not in taken:
                    for lesson, criterion in self._by_word.get(self._stem.stemWord(word), ()):
                        yield place, 1, lesson, criterion

    def _by_id(self, words: Sequence[str]) -> Iterator[tuple[int, int, Lesson, Criterion]]:
        for place, word in enumerate(words):
            for lesson, criterion in self._criteria:
                if word.removesuffix("s") == criterion.id.casefold():
                    yield place, 1, lesson, criterion

    def _by_title(self, words: Sequence[str]) -> Iterator[tuple[int, int, Lesson, Criterion]]:
        for title, lesson, criterion in self._titles:
            for place in range(len(words) - len(title) + 1):
                if tuple(words[place : place + len(title)]) == title:
                    yield place, len(title), lesson, criterion

    def _lesson(self, words: Sequence[str]) -> tuple[str, set[int]]:
        """By its number, its title or its gate's name."""
        for lesson in self._course.lessons:
            for place, (word, following) in enumerate(pairwise(words)):
                if word in ("lesson", "week", "gate") and following == str(lesson.number):
                    return lesson.id, {place, place + 1}
            for name in (lesson.gate, lesson.title):
                wanted = words_of(name)
                for place in range(len(words) - len(wanted) + 1):
                    if tuple(words[place : place + len(wanted)]) == wanted:
                        return lesson.id, set(range(place, place + len(wanted)))
        return "", set()


def _titles(lesson: Lesson) -> Iterator[str]:
    for criterion in lesson.rubric:
        yield criterion.title
    for section in lesson.sections:
        yield section.title
