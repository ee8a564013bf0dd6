"""A learner's question: answered from what is known, with one question back, or guided where it is their own work."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers.hint import guide
from agent.conversation.leak_guard import leaks
from agent.domain.policy import INQUIRY, Inquiry, PolicyStep, step
from agent.domain.reply import Reply
from agent.domain.turn import Notice
from agent.llm.port import Message
from agent.understanding.intents import Intent
from agent.understanding.language import foreign
from agent.understanding.topics import criterion_by_id, criterion_of, is_about_own_work
from knowledge.course.pack import Question
from knowledge.retrieval.passages import Hit
from tools.findings import Verdict

SAME = 0.8  # cosine from which two questions ask the same; chosen, not measured
RELATED = 0.46  # cosine between what was asked and a question back; chosen, not measured
_ASKED = re.compile(r"[^.!?\n]{8,400}\?")
_OF_FILES = re.compile(r"\b(this|these|that|those|it|they|here|attached|files?|upload)\b", re.IGNORECASE)


def answer_question(context: TurnContext, history: Sequence[Message]) -> Decision:
    """Concepts are answered directly; what the learner's own open criterion asks of them is answered by guiding."""
    own_open = _asks_for_own_work(context)
    if own_open and not context.in_channel:
        return guide(context).with_changes(intent=Intent.QUESTION)
    answer = context.services.answerer.answer(context.turn.text, [(message.role, message.text) for message in history])
    given_away = () if answer.declined else leaks(context, history, answer.text)
    chosen = step(
        INQUIRY,
        Inquiry(
            own_open=own_open,
            known=not answer.declined,
            gives_away=bool(given_away),
            in_channel=context.in_channel,
            passed_by=context.services.questions_asked.passed_by(context.person.id, context.turn.conversation),
        ),
    )
    if chosen is PolicyStep.DECLINE:
        return _declined(context, answer.text)
    if chosen is PolicyStep.GUIDE:
        return _guided(context, given_away)
    question = _question_back(context, answer.hits) if chosen is PolicyStep.ANSWER_AND_ASK else None
    onward = (
        "" if question or not context.is_tutored else rendering.next_step(context.lesson, context.criterion_status())
    )
    return Decision(
        Intent.QUESTION,
        answer.text,
        closing=question.text if question else onward,
        hits=answer.hits,
        citations=answer.citations,
        may_reword=True,
        question_asked=question.id if question else "",
    )


def answered_beside(context: TurnContext, decision: Decision) -> Decision:
    """A message may bring files and ask something else: that is answered too, where the material has it."""
    question = _asked_beside(context)
    answer = context.services.answerer.answer(question) if question else None
    if answer is None or answer.declined or leaks(context, (), answer.text):
        return decision
    draft = f"{answer.text}\n\n{decision.draft}"
    return decision.with_changes(draft=draft, hits=answer.hits, citations=answer.citations)


def _asked_beside(context: TurnContext) -> str:
    """The last question of a message, where it is not about the files that came with it."""
    asked = _ASKED.findall(context.turn.text) if context.turn.files else []
    if not asked or _OF_FILES.search(asked[-1]) or is_about_own_work(asked[-1]):
        return ""
    alone = replace(context.turn, text=asked[-1].strip(), files=(), refused=())
    return alone.text if context.services.intents.read(alone, pending=False).intent is Intent.QUESTION else ""


def _guided(context: TurnContext, given_away: Sequence[str]) -> Decision:
    """The answer would do the learner's step for them."""
    if context.in_channel:
        text = "That is close to something you are working on; ask me in a direct message, and we look at your file."
        return Decision(Intent.QUESTION, text)
    return guide(context, given_away[0]).with_changes(intent=Intent.QUESTION)


def _asks_for_own_work(context: TurnContext) -> bool:
    if not is_about_own_work(context.turn.text) and criterion_by_id(context.turn.text, context.lesson) is None:
        return False
    criterion = criterion_of(context.turn.text, context.lesson, context.services.embed)
    if criterion is None:
        return False
    judgement = context.services.reviews.criterion_status(context.person.id, context.lesson.id).get(criterion.id)
    return judgement is not None and judgement.verdict in (Verdict.NOT_MET, Verdict.PARTLY)


def _declined(context: TurnContext, text: str) -> Decision:
    spoken = foreign(context.turn.text)
    if spoken:
        text = f"That looks like {spoken}. So far I teach in English only; please say it in English."
    far_off = context.services.intents.is_far_off(context.turn.text)
    intent = Intent.OUT_OF_SCOPE if far_off else Intent.QUESTION
    if not context.in_channel or far_off:
        onward = rendering.next_step(context.lesson, context.criterion_status()) if context.is_tutored else ""
        return Decision(intent, f"{text}\n{onward}".strip(), declined=True)
    passed_on = f"{text} I have passed your question on to the instructors."
    return Decision(intent, passed_on, declined=True, notices=_held_question(context))


def _held_question(context: TurnContext) -> tuple[Notice, ...]:
    where = f"#{context.turn.channel}"
    text = f"A question in {where} that I could not answer from the material:\n> {_quoted(context.turn.text)}"
    return tuple(
        Notice(f"{context.turn.key}:held:{instructor.id}", instructor.id, Reply(text))
        for instructor in context.services.learners.instructors(context.person.workspace)
    )


def _quoted(text: str) -> str:
    return " ".join(text.split())[:500]


def _question_back(context: TurnContext, hits: Sequence[Hit]) -> Question | None:
    """A question of the lesson about what was just answered that this learner was not asked before."""
    asked = context.services.questions_asked.already_asked(context.person.id, context.lesson.id)
    sections = [hit.passage.citation.section for hit in hits if hit.passage.lesson == context.lesson.id]
    fresh = [question for question in context.lesson.questions if question.id not in asked]
    of_section = [belief for section in sections for belief in fresh if belief.section == section]
    return _nearest(context, of_section, least=0.0) or _nearest(context, fresh, least=RELATED)


def _nearest(context: TurnContext, questions: Sequence[Question], *, least: float) -> Question | None:
    if not questions:
        return None
    vectors = context.services.embed([context.turn.text[:500], *(question.text for question in questions)])
    nearness = vectors[1:] @ vectors[0]
    nearness = np.where(nearness < SAME, nearness, -1.0)  # nobody is asked what they have just asked
    best = int(np.argmax(nearness))
    return questions[best] if nearness[best] >= least else None
