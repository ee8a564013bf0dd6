"""Questions both ways: the learner's are answered from what is known, ours are checked point by point."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from agent.conversation.decision import Decision
from agent.conversation.desk import Desk
from agent.conversation.guiding import guide
from agent.intents import Intent
from agent.language_model import Message
from agent.learner_model import Observed
from agent.replies import Reply
from agent.topics import criterion_of, is_about_own_work
from agent.turns import Notice
from knowledge.course import Misconception, Point, Question
from knowledge.passages import Hit
from tools.findings import Verdict

POINT_NEAR = 0.58  # cosine between a sentence of the learner and an expected point
BELIEF_NEAR = 0.66  # the same for a misconception's cue
RELATED = 0.46  # the same between what was asked and a question back
_STATEMENT = re.compile(r"[^.!?\n]+")


def answer_question(desk: Desk, history: Sequence[Message]) -> Decision:
    """Concepts are answered directly; what the learner's own open criterion asks of them is answered by guiding."""
    if not desk.in_channel and _asks_for_own_work(desk):
        return guide(desk).with_changes(intent=Intent.QUESTION)
    answer = desk.services.answerer.answer(desk.turn.text, [(one.role, one.text) for one in history])
    if answer.declined:
        return _declined(desk, answer.text)
    question = None if desk.in_channel else _question_back(desk, answer.hits)
    return Decision(
        Intent.QUESTION,
        answer.text,
        closing=question.text if question else "",
        hits=answer.hits,
        citations=answer.citations,
        may_reword=True,
        question_asked=question.id if question else "",
    )


def _asks_for_own_work(desk: Desk) -> bool:
    if not is_about_own_work(desk.turn.text):
        return False
    criterion = criterion_of(desk.turn.text, desk.lesson, desk.services.embed)
    if criterion is None:
        return False
    judgement = desk.services.reviews.standing(desk.person.id, desk.lesson.id).get(criterion.id)
    return judgement is not None and judgement.verdict in (Verdict.NOT_MET, Verdict.PARTLY)


def _declined(desk: Desk, text: str) -> Decision:
    far_off = desk.services.intents.is_far_off(desk.turn.text)
    intent = Intent.OUT_OF_SCOPE if far_off else Intent.QUESTION
    if not desk.in_channel or far_off:
        return Decision(intent, text, declined=True)
    held = f"{text} I have passed your question on to the instructors."
    return Decision(intent, held, declined=True, notices=_held_question(desk))


def _held_question(desk: Desk) -> tuple[Notice, ...]:
    text = f"A question in #{desk.turn.channel} that I could not answer from the material:\n> {_quoted(desk.turn.text)}"
    return tuple(
        Notice(f"{desk.turn.key}:held:{instructor.id}", instructor.id, Reply(text))
        for instructor in desk.services.learners.instructors(desk.person.workspace)
    )


def _quoted(text: str) -> str:
    return " ".join(text.split())[:500]


def _question_back(desk: Desk, hits: Sequence[Hit]) -> Question | None:
    """A question of the lesson about what was just answered that this learner was not asked before."""
    asked = desk.services.asked.already_asked(desk.person.id, desk.lesson.id)
    sections = [hit.passage.citation.section for hit in hits if hit.passage.lesson == desk.lesson.id]
    fresh = [one for one in desk.lesson.questions if one.id not in asked]
    of_section = [one for section in sections for one in fresh if one.section == section]
    return _nearest(desk, of_section, least=0.0) or _nearest(desk, fresh, least=RELATED)


def _nearest(desk: Desk, questions: Sequence[Question], *, least: float) -> Question | None:
    if not questions:
        return None
    vectors = desk.services.embed([desk.turn.text[:500], *(one.text for one in questions)])
    nearness = vectors[1:] @ vectors[0]
    best = int(np.argmax(nearness))
    return questions[best] if nearness[best] >= least else None


def assess_answer(desk: Desk) -> Decision:
    """What is there is acknowledged, what is missing is asked for, a misconception is met with an experiment."""
    pending = desk.services.asked.pending(desk.person.id, desk.turn.conversation)
    question = next((one for one in desk.lesson.questions if one.id == pending), None)
    belief = spot_misconception(desk)
    if belief is not None:
        _note(desk, belief.id, Observed.BELIEVES)
    if question is None:
        return _correct(belief) if belief else answer_question(desk, ())
    said = [point for point in question.points if _says(desk, point)]
    missing = [point for point in question.points if point not in said]
    desk.services.asked.answered(desk.person.id, desk.lesson.id, question.id, [one.id for one in said])
    _note(desk, question.id, Observed.SHOWN if not missing else Observed.MISSED)
    if said and question.criterion:
        desk.services.hints.attempt(desk.person.id, desk.lesson.id, question.criterion, f"answer:{question.id}")
    if belief and missing:
        return _correct(belief)
    return _feedback(desk, question, said, missing)


def _note(desk: Desk, subject: str, kind: Observed) -> None:
    desk.services.learner_model.note(desk.person, desk.lesson.id, subject, kind, desk.turn.text, desk.turn.key)


def _feedback(desk: Desk, question: Question, said: Sequence[Point], missing: Sequence[Point]) -> Decision:
    section = desk.lesson.section(question.section)
    where = f"“{section.title}” in the lesson" if section else "the lesson"
    if not missing:
        text = "Yes, that is all of it: " + "; ".join(_uncapped(point.text) for point in said) + "."
        return Decision(Intent.ANSWER, text, may_reword=True)
    if not said:
        text = f"I could not find the main point in that yet. Have another look at {where}."
        return Decision(Intent.ANSWER, text, closing=question.text, question_asked=question.id)
    kept = "; ".join(_uncapped(point.text) for point in said)
    more = "1 more point belongs" if len(missing) == 1 else f"{len(missing)} more points belong"
    text = f"Good: {kept}. {more} to it ({where})."
    return Decision(Intent.ANSWER, text, closing="What else matters here?", question_asked=question.id)


def _uncapped(text: str) -> str:
    head = text.rstrip(".")
    return head if head[:2].isupper() else head[:1].lower() + head[1:]


def _says(desk: Desk, point: Point) -> bool:
    low = desk.turn.text.lower()
    if any(cue.lower() in low for cue in point.cues if len(cue) > 3):
        return True
    sentences = _statements(desk.turn.text)
    if not sentences:
        return False
    vectors = desk.services.embed([*sentences, point.text, *point.cues])
    nearness = vectors[: len(sentences)] @ vectors[len(sentences) :].T
    return float(nearness.max()) >= POINT_NEAR


def spot_misconception(desk: Desk) -> Misconception | None:
    sentences = _statements(desk.turn.text)
    beliefs = [(one, cue) for one in desk.lesson.misconceptions for cue in (one.belief, *one.cues)]
    if not sentences or not beliefs:
        return None
    cues = desk.services.embed([cue for _, cue in beliefs])
    nearness = (cues @ desk.services.embed(sentences).T).max(axis=1)
    best = int(np.argmax(nearness))
    return beliefs[best][0] if nearness[best] >= BELIEF_NEAR else None


def _statements(text: str) -> list[str]:
    return [part.strip() for part in _STATEMENT.findall(text[:2_000]) if len(part.split()) > 2][:12]


def _correct(belief: Misconception) -> Decision:
    lines = [belief.reality]
    if belief.witness is not None:
        lines.append(f"An experiment shows it. {belief.witness.predict}")
    return Decision(Intent.ANSWER, "\n".join(lines), closing="" if belief.witness else belief.question, may_reword=True)
