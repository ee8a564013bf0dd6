"""Answers without a conversation: a card of any lesson first, then passages, else what is nearest. For scripts."""

from __future__ import annotations

from collections.abc import Sequence

from agent.conversation.answering import CONSIDERED, OURS, Answer, Answerer
from agent.conversation.planning.knowledge_answers import LIKELY, MAYBE
from agent.understanding.questions import opens_by_tying
from knowledge.course.pack import Course, Lesson
from knowledge.retrieval.cards import CardMatch
from knowledge.retrieval.lexical import words
from knowledge.retrieval.library import Library
from knowledge.retrieval.passages import Citation, Hit, Passage

FEW = 4  # content words; what is shorter is looked up with the question before it too
_OWN = Citation("The course", "course", "", "")  # of a card that is about the course itself
NOT_COVERED = "The course doesn't cover that."


class CourseAnswers:
    def __init__(self, course: Course, library: Library, passages: Answerer) -> None:
        self._course, self._library, self._passages = course, library, passages

    def answer(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        asked = " ".join(question.split())
        found = self._found(asked, history)
        hits = self.look_up(asked, history)
        if found is not None and found[1].share >= LIKELY:
            lesson, match = found
            cited = self._library.citations(match.card, lesson)
            marks = "".join(f" [{number}]" for number in range(1, len(cited) + 1))
            own = [self._hit(lesson, match)]
            text = f"{self._library.worded(match.card, asked)}{marks}"
            return Answer(text, declined=False, citations=cited, hits=tuple(own), passages=tuple(hits))
        answer = self._passages.answer(asked, history)
        if not answer.declined:
            return answer
        near = found[1].card.asks[0].rstrip("?") if found is not None and found[1].share >= MAYBE else ""
        text = f"{NOT_COVERED} The nearest that it answers: “{near}?”" if near else NOT_COVERED
        return Answer(text, declined=True, passages=tuple(hits))

    def look_up(self, asked: str, history: Sequence[tuple[str, str]] = (), *, limit: int = CONSIDERED) -> list[Hit]:
        """Where it stands: the sources of the nearest cards, then passages; each section once."""
        lesson, matches = self._nearest(asked, history)
        cited = [
            Hit(Passage(match.card.id, match.card.says, match.phrasing, citation, lesson.id), match.share)
            for match in matches
            for citation in self._library.citations(match.card, lesson)
        ]
        found = [*cited, *self._passages.look_up(asked, history, limit=limit)]
        once = {(hit.passage.citation.source, hit.passage.citation.section): hit for hit in reversed(found)}
        return list(reversed(once.values()))[:limit]

    def _found(self, asked: str, history: Sequence[tuple[str, str]]) -> tuple[Lesson, CardMatch] | None:
        lesson, matches = self._nearest(asked, history)
        return (lesson, matches[0]) if matches else None

    def _nearest(self, asked: str, history: Sequence[tuple[str, str]]) -> tuple[Lesson, list[CardMatch]]:
        """The lesson whose best card is surest, by the question itself or together with the one before."""
        before = next((text for role, text in reversed(history) if role.lower() not in OURS), "")
        queries = [asked]
        if before and (len(words(asked)) < FEW or opens_by_tying(asked)):
            queries.append(f"{before[:200]} {asked}")
        found = [
            (lesson, self._library.find(lesson, query, limit=3)) for query in queries for lesson in self._course.lessons
        ]
        return max(found, key=lambda pair: pair[1][0].share if pair[1] else 0.0)

    def _hit(self, lesson: Lesson, match: CardMatch) -> Hit:
        cited = self._library.citations(match.card, lesson)
        place = cited[0] if cited else None
        passage = Passage(match.card.id, match.card.says, match.phrasing, place or _OWN, lesson.id)
        return Hit(passage, match.share)
