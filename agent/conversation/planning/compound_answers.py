"""A message that asks several things: each question gets its answer, and none is dropped without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.conversation.decision import Decision
from agent.conversation.planning.knowledge_answers import LIKELY, SHORT_QUERY, Found, KnowledgeAnswers
from agent.conversation.planning.phrases import Phrases
from agent.conversation.planning.plan import Part
from agent.conversation.view import View
from agent.understanding.references import read_references
from knowledge.course.cards import AnswerCard
from knowledge.retrieval.lexical import words
from knowledge.retrieval.passages import Citation
from knowledge.retrieval.question_form import QuestionForm, form_of, questions_in

MOST_PARTS = 3
ALONE = 2  # content words from which a part stands by itself
SHOWN = 80  # characters of a part that are said back


@dataclass(frozen=True)
class _Answered:
    part: str
    found: Found

    @property
    def card(self) -> AnswerCard | None:
        return self.found.answer


class CompoundAnswers:
    def __init__(self, knowledge: KnowledgeAnswers, phrases: Phrases) -> None:
        self._knowledge, self._phrases = knowledge, phrases

    def all_of(self, view: View) -> Part[Decision | None]:
        """None where the message asks one thing, or where no card is sure of any of several."""
        parts = questions_in(view.text)[:MOST_PARTS]
        answered: list[_Answered] = []
        for part in parts:
            answered.append((yield from self._found(view, part, answered)))
        if len(parts) < 2 or not any(one.card for one in answered):
            return None
        return self._said(view, answered)

    def rest_of(self, view: View, decision: Decision) -> Part[Decision]:
        """What else is asked beside what was answered from their own work."""
        parts = questions_in(view.text)[:MOST_PARTS]
        others = [part for part in parts if not _points(view, part)]
        if len(parts) < 2 or len(others) == len(parts):
            return decision
        texts = []
        for part in others:
            found = yield from self._knowledge.look_up(view, part[:SHORT_QUERY])
            if found.answer is not None:
                texts.append(self._knowledge.worded(view, found.answer, part))
        return decision.with_changes(draft="\n\n".join([decision.draft, *texts]))

    def _found(self, view: View, part: str, before: Sequence[_Answered]) -> Part[_Answered]:
        """A part that says too little by itself is looked up together with the one before it."""
        found = yield from self._knowledge.look_up(view, part[:SHORT_QUERY])
        if before and (len(words(part)) <= ALONE or found.share < LIKELY):
            joined = yield from self._knowledge.look_up(view, f"{before[0].part} {part}"[:SHORT_QUERY])
            leans, again = len(words(part)) <= ALONE, joined.card is before[0].found.card
            found = joined if leans or (joined.share > found.share and not again) else found
        return _Answered(part, found)

    def _said(self, view: View, answered: Sequence[_Answered]) -> Decision | None:
        """None where one answer is one to all of it; what is not known comes last and is said to be so."""
        first = next(one.card for one in answered if one.card is not None)
        texts: list[str] = []
        cited: dict[Citation, None] = {}
        said: set[str] = set()
        for one in answered:
            if one.card is None:
                continue
            text = (
                more_of(one.card, one.part) if one.card.id in said else self._knowledge.worded(view, one.card, one.part)
            )
            said.add(one.card.id)
            texts += [self._knowledge.filled(view, text)] if text else []
            cited |= dict.fromkeys(self._knowledge.citations(view, one.card))
        texts += [self._unknown(view, one) for one in answered if one.card is None and len(words(one.part)) > ALONE]
        if len(texts) < 2:
            return None
        return self._knowledge.decision(view, first, "\n\n".join(texts)).with_changes(citations=tuple(cited))

    def _unknown(self, view: View, one: _Answered) -> str:
        return self._phrases.say("part_unknown", view.context.turn.key, asked=one.part.strip(" ?.!,")[:SHOWN])


def more_of(card: AnswerCard, part: str) -> str:
    """What a card adds to what it says, for a second question that it answers too."""
    form = form_of(part)
    if form is QuestionForm.WHY:
        return card.why
    return card.check if form in (QuestionForm.HOW, QuestionForm.WHERE) else ""


def _points(view: View, part: str) -> bool:
    """Whether a part speaks of a line, a criterion, a number or an instruction, and so of their own work."""
    found = read_references(part, view.context.lesson.rubric, ())
    return bool(found.criterion or found.line or found.number or found.instructions)
