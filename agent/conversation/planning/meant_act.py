"""Which act a plan is made for: the likeliest where it is sure, else one that only looks something up."""

from __future__ import annotations

from agent.conversation.handlers import submission
from agent.conversation.view import View
from agent.understanding.acts import Act
from agent.understanding.questions import asks_of_others, clauses_of, looks_like_question
from knowledge.retrieval.question_form import opens_with_why

SHORT = 8  # words of a message that says nothing but that it hands in
_LOOKS_UP = (Act.DISAGREE, Act.REPORT, Act.SHOW, Act.MORE, Act.STATUS, Act.ASK)
# Acts that a question in the same message outweighs.
_NOT_ASKING = frozenset({Act.HAND_IN, Act.DECLINE, Act.AGREE, Act.THANKS, Act.FEEL, Act.CHAT, Act.CORRECT})
# What an unsure reading may still be taken for: looking something up harms nobody and answers most.
_HARMLESS = (
    Act.CLAIM,
    Act.DISAGREE,
    Act.REPORT,
    Act.SHOW,
    Act.MORE,
    Act.STATUS,
    Act.WANT_NEXT,
    Act.WANT_QUIZ,
    Act.WANT_WORK,
    Act.ASK,
)


def is_of_others(view: View) -> bool:
    """Whether somebody who is no instructor asks or orders what is for instructors, whatever else it reads like."""
    return not view.context.person.is_instructor and (view.for_instructors or asks_of_others(view.text))


def meant(view: View) -> Act:
    """The likeliest act where it is sure; else the likeliest of those that only look something up."""
    if is_of_others(view):
        return Act.PEOPLE
    reading = view.reading
    last = clauses_of(view.text)[-1:] or [""]
    if submission.is_formal(last[0]) and not last[0].endswith("?") and reading.may_be(Act.HAND_IN, 0.08):
        return Act.HAND_IN
    if submission.orders_submission(view.text) and len(view.text.split()) <= SHORT:
        return Act.HAND_IN
    if (
        reading.act in _NOT_ASKING
        and "?" in view.text
        and len(view.text.split()) > SHORT
        and not view.context.turn.files
    ):
        return Act.ASK
    if reading.act is Act.WANT_WORK and opens_with_why(last[0]):
        return Act.ASK
    if reading.act is Act.WANT_QUIZ and not looks_like_question(last[0]):
        return Act.WANT_QUIZ if reading.may_be(Act.WANT_QUIZ, 0.25) else Act.ASK
    least = 0.4 if reading.act in (Act.WANT_QUIZ, Act.WANT_NEXT, Act.STATUS) else 0.25
    if reading.sure or (reading.act in _HARMLESS and reading.may_be(reading.act, least)):
        return reading.act
    possible = [act for act in reading.odds if act in _LOOKS_UP and reading.may_be(act, 0.12)]
    if possible:
        return possible[0]
    return Act.ASK
