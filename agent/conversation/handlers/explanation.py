"""A learner explains, predicts or believes something: what is there is acknowledged, what is missing asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import experiments
from agent.domain.act import Intent
from agent.domain.policy import EXPLAINED, TRIES, Explained, PolicyStep, step
from agent.learners.mastery import Observed
from agent.understanding.explanations import Compared
from agent.understanding.questions import looks_like_question
from knowledge.course.pack import Misconception, Point, Question

_OF_POINT = "#"  # question#point: our narrower question for one missing point


def assessed(
    context: TurnContext, *, gave_up: bool = False, quotes: Mapping[str, str] | None = None
) -> Decision | None:
    """None where the message is no answer to what waits; nothing is counted then.

    `quotes`: a model's proposal, point to the learner's words for it; code decides what counts.
    """
    pending = (
        experiments.pressed(context)
        or context.services.questions_asked.pending(context.person.id, context.turn.conversation)
        or ""
    )
    if pending.startswith(experiments.PREFIX):
        if gave_up or experiments.is_prediction(context, pending):
            return experiments.result(context, pending, predicted=not gave_up)
        return None
    question = _question(context, pending)
    return _answered(context, question, quotes or {}, gave_up=gave_up) if question else None


def withdraw(context: TurnContext, points: Sequence[str]) -> None:
    """Points of the question that waits count no longer as said: it can only lower what somebody has."""
    pending = context.services.questions_asked.pending(context.person.id, context.turn.conversation) or ""
    base = pending.partition(_OF_POINT)[0]
    context.services.questions_asked.withdraw(context.person.id, context.lesson.id, base, points)


def belief_stated(context: TurnContext) -> Decision | None:
    """A misconception that somebody states of their own accord."""
    if context.in_channel or looks_like_question(context.turn.text):
        return None
    belief = context.services.explanations.misconception(context.turn.text, context.lesson.misconceptions)
    return _meet(context, belief, "") if belief else None


def _question(context: TurnContext, pending: str) -> Question | None:
    if pending.startswith(experiments.FOLLOW_UP):
        return experiments.follow_up(context, pending)
    base = pending.partition(_OF_POINT)[0]
    return next((other_question for other_question in context.lesson.questions if other_question.id == base), None)


def _answered(context: TurnContext, question: Question, quotes: Mapping[str, str], *, gave_up: bool) -> Decision | None:
    compared = context.services.explanations.compare(context.turn.text, question, context.lesson.misconceptions, quotes)
    belief = compared.believes
    elsewhere = belief is not None and not compared.said and belief.section != question.section
    if not gave_up and (elsewhere or not (compared.about and context.says_something)):
        return None
    tally = context.services.questions_asked.answered(
        context.person.id, context.lesson.id, question.id, [point.id for point in compared.said]
    )
    said = [point for point in question.points if point.id in tally.said]
    missing = [point for point in question.points if point.id not in tally.said]
    _observe(context, question, compared, complete=not missing)
    chosen = step(
        EXPLAINED,
        Explained(
            gave_up=gave_up,
            believes=belief is not None,
            experiment_left=experiments.untried(context, belief),
            complete=not missing,
            tries=TRIES if question.id.startswith(experiments.FOLLOW_UP) else tally.tries,
        ),
    )
    if belief is not None and chosen in (PolicyStep.EXPERIMENT, PolicyStep.CONTRADICT):
        return _meet(context, belief, _kept(compared.said))
    return _feedback(context, question, chosen, said, missing)


def _observe(context: TurnContext, question: Question, compared: Compared, *, complete: bool) -> None:
    context.note(question.id, Observed.SHOWN if complete else Observed.MISSED)
    if compared.said and question.criterion:
        context.services.hints.attempt(
            context.person.id, context.lesson.id, question.criterion, f"answer:{question.id}"
        )


def _meet(context: TurnContext, belief: Misconception, kept: str) -> Decision:
    """A belief is met by what happens, not by an argument, where there is an experiment."""
    context.note(belief.id, Observed.BELIEVES)
    if experiments.untried(context, belief):
        lead = f"{kept}I am not sure about one thing in that, and it can be tried with a few lines:".strip()
        return experiments.propose(belief, lead, Intent.ANSWER)
    text = f"{kept}One thing is different: {_uncapped(belief.reality)}."
    return Decision(Intent.ANSWER, text, closing=belief.question, question_asked=experiments.FOLLOW_UP + belief.id)


def _feedback(
    context: TurnContext, question: Question, chosen: PolicyStep, said: Sequence[Point], missing: Sequence[Point]
) -> Decision:
    where = _section(context, question)
    if chosen is PolicyStep.CONFIRM:
        return Decision(Intent.ANSWER, f"Yes, that's all of it: {_listed(said)}.")
    if chosen is PolicyStep.TELL:
        told = f"What {'also ' if said else ''}belongs to it: {_listed(missing)}. It's in {where}."
        return Decision(Intent.ANSWER, f"{_kept(said)}{told}")
    wanted = missing[0]
    closing = wanted.ask or f"What does {where} add to that?"
    lead = _kept(said) or "There's something in that, but it isn't the point yet. "
    more = "One more thing belongs to it." if said else ""
    return Decision(
        Intent.ANSWER, f"{lead}{more}".strip(), closing=closing, question_asked=f"{question.id}{_OF_POINT}{wanted.id}"
    )


def _section(context: TurnContext, question: Question) -> str:
    section = context.lesson.section(question.section)
    return f"“{section.title}” of the lesson" if section else "the lesson"


def _kept(said: Sequence[Point]) -> str:
    return f"Right: {_listed(said)}. " if said else ""


def _listed(points: Sequence[Point]) -> str:
    return "; ".join(_uncapped(point.text) for point in points)


def _uncapped(text: str) -> str:
    head = text.rstrip(".")
    return head if head[1:2].isupper() else head[:1].lower() + head[1:]
