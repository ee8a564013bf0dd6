"""The cards and reading notes of a course, found together, with citations that a person can open."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from knowledge.course.cards import AnswerCard, GuideNotes
from knowledge.course.pack import Course, Lesson
from knowledge.retrieval import card_votes
from knowledge.retrieval.cards import CardFinder, CardMatch, CardRanking, texts_of_cards
from knowledge.retrieval.first_words import decides, first_words
from knowledge.retrieval.packed_vectors import FILE, Embed, PackedVectors
from knowledge.retrieval.passages import Citation


class Library:
    """One finder a lesson: its own cards, those of the course, and the notes on its guides."""

    def __init__(self, course: Course, embed: Embed) -> None:
        self._course = course
        self._embed = packed(course, embed)
        self._ranking = CardRanking.load()
        self.finder = cache(self._finder)

    def find(self, lesson: Lesson, text: str, *, limit: int = 5) -> list[CardMatch]:
        return self.finder(lesson.id).find(text, limit=limit)

    def card(self, lesson: Lesson, identifier: str) -> AnswerCard | None:
        return self.finder(lesson.id).cards.get(identifier)

    def worded(self, card: AnswerCard, asked: str) -> str:
        """What a card says, begun as the question wants it: yes or no, or which, where it asks to decide."""
        return first_words(card, asked, self._embed)

    def decides(self, card: AnswerCard, asked: str) -> bool:
        """Whether its author said what this question wants to hear first."""
        return decides(card, asked, self._embed)

    def citations(self, card: AnswerCard, lesson: Lesson) -> tuple[Citation, ...]:
        found = (self._citation(cite, lesson) for cite in card.cites)
        return tuple(dict.fromkeys(citation for citation in found if citation is not None))

    def _citation(self, cite: str, lesson: Lesson) -> Citation | None:
        page, _, section = cite.partition("#")
        if page == "lesson":
            part = lesson.section(section)
            title = part.title.removeprefix("Deep dive: ") if part else ""
            address = f"{self._course.url}#{section}" if self._course.url else ""
            return Citation(f"{lesson.title}: {title}", lesson.id, section, address) if part else None
        notes = next((notes for notes in lesson.notes if notes.source == page), None)
        reading = next((reading for reading in lesson.readings if reading.source == page), None)
        url, title = (notes.url, notes.title) if notes else (reading.url, reading.title) if reading else ("", "")
        if not title:
            return None
        heading = next((note.title for note in (notes.notes if notes else ()) if note.section == section), "")
        name = f"{title}: {heading}" if heading else title
        return Citation(name, page, section, f"{url}#{section}" if section else url)

    def _finder(self, lesson_id: str) -> CardFinder:
        cards = list(cards_of(self._course, lesson_id))
        votes = pack_of(self._course) / card_votes.FILE
        return CardFinder(cards, self._embed, self._ranking, self._course.outside, votes)


def packed(course: Course, embed: Embed) -> PackedVectors:
    """`embed`, with what the course's own pack holds looked up."""
    return PackedVectors(embed, pack_of(course) / FILE)


def pack_of(course: Course) -> Path:
    return course.lessons[0].folder.parents[1]


def cards_of(course: Course, lesson_id: str) -> Iterator[AnswerCard]:
    lesson = course.lesson(lesson_id)
    yield from course.cards
    if lesson is not None:
        yield from lesson.cards
        yield from (card for notes in lesson.notes for card in _as_cards(notes, lesson.id))


def texts_of_library(course: Course) -> list[str]:
    """Every text whose vector is kept in the pack."""
    cards = [*course.cards, *(card for lesson in course.lessons for card in lesson.cards)]
    notes = [card for lesson in course.lessons for notes in lesson.notes for card in _as_cards(notes, lesson.id)]
    return [*texts_of_cards([*cards, *notes]), *course.outside]


def _as_cards(notes: GuideNotes, lesson_id: str) -> Iterator[AnswerCard]:
    """A note that says how people ask for it answers like a card; its page and section are its only source."""
    for note in notes.notes:
        if note.asks:
            place = f"{notes.source}#{note.section}" if note.section else notes.source
            yield AnswerCard(f"note:{place}", note.asks, note.says.strip(), cites=(place,), lesson=lesson_id)
