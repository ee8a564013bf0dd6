"""A learner explains, predicts or believes something: what is there is acknowledged, what is missing asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import criterion_status, experiments, hint, question, told_in_chat
from agent.domain.policy import EXPLAINED, TRIES, Explained, PolicyStep, step
from agent.learners.mastery import Observed
from agent.llm.port import Message
from agent.understanding.explanations import Compared
from agent.understanding.intents import Intent, looks_like_question
from knowledge.course.pack import Misconception, Point, Question

_GAVE_UP = re.compile(
    r"^\W*(?:(?:sorry|hm+|um+|erm|well|honestly|tbh)\W+)*(?:i )?(?:idk|dunno|no (?:idea|clue)|do ?n[o']?t know|"
    r"not sure|can'?t say|pass|skip|next|keine ahnung|weiss nicht|wei\u00df nicht|\?+|just tell me|tell me)\b.{0,40}$",
    re.IGNORECASE,
)
# What asks us for something is no explanation of the learner.
_REQUEST = re.compile(
    r"^\W*(?:(?:please|pls|plz|just|now|ok(?:ay)?|so|then|come on|bro|hey)\W+)*(?:give|print|write|show|tell|output|"
    r"act|pretend|ignore|disregard|forget|repeat|complete|finish|fix|solve|translate|imagine|from now on|"
    r"you(?:'re| are) (?:now|a)\b|(?:can|could|would|will) (?:you|u)\b|i (?:need|want|order|command) you|"
    r"let'?s (?:play|pretend)|gib|schreib|sag)",
    re.IGNORECASE,
)
_OF_US = re.compile(
    r"\b(?:your (?:answer|instructions?|notes|reference|rules|solution|prompt)|"
    r"the (?:learner|solution|correct(?:ed)? \w+)|respond|reveal|reply with|evaluator|system:|hints?|[A-Z]\d{1,2})\b",
    re.IGNORECASE,
)
_OF_POINT = "#"  # question#point: our narrower question for one missing point


def assess(context: TurnContext, history: Sequence[Message]) -> Decision:
    pending = (
        experiments.pressed(context)
        or context.services.questions_asked.pending(context.person.id, context.turn.conversation)
        or ""
    )
    gave_up = _GAVE_UP.match(context.turn.text) is not None
    if pending.startswith(experiments.PREFIX):
        return _predicted(context, pending, history, gave_up=gave_up)
    question = _question(context, pending)
    if question is None:
        return _unasked(context, history)
    return _answered(context, question, gave_up=gave_up, history=history)


def is_reply(text: str) -> bool:
    """Words that only mean something as an answer to a question of ours: a letter, or giving up."""
    return experiments.is_letter(text) or (len(text.split()) <= 4 and _GAVE_UP.match(text) is not None)


def _asks_of_us(text: str) -> bool:
    return _REQUEST.match(text) is not None or _OF_US.search(text) is not None


def _predicted(context: TurnContext, pending: str, history: Sequence[Message], *, gave_up: bool) -> Decision:
    requests = _asks_of_us(context.turn.text)
    if gave_up or (not requests and experiments.is_prediction(context, pending)):
        return experiments.result(context, pending, predicted=not gave_up)
    context.services.questions_asked.let_go(context.person.id, context.turn.conversation)
    return hint.guide(context) if requests else belief_stated(context) or _something_else(context, history)


def belief_stated(context: TurnContext) -> Decision | None:
    """A misconception that somebody states of their own accord is met before anything is looked up."""
    if context.in_channel or looks_like_question(context.turn.text):
        return None
    belief = context.services.explanations.misconception(context.turn.text, context.lesson.misconceptions)
    return _meet(context, belief, "") if belief else None


def _question(context: TurnContext, pending: str) -> Question | None:
    if pending.startswith(experiments.FOLLOW_UP):
        return experiments.follow_up(context, pending)
    base = pending.partition(_OF_POINT)[0]
    return next((other_question for other_question in context.lesson.questions if other_question.id == base), None)


def _unasked(context: TurnContext, history: Sequence[Message]) -> Decision:
    return belief_stated(context) or _something_else(context, history)


def _answered(context: TurnContext, question: Question, *, gave_up: bool, history: Sequence[Message]) -> Decision:
    quotes = context.services.voice.quotes(context.turn.text, question) if not gave_up else {}
    compared = context.services.explanations.compare(context.turn.text, question, context.lesson.misconceptions, quotes)
    about = compared.about and context.says_something
    belief = compared.believes
    if belief is not None and not compared.said and belief.section != question.section:
        context.services.questions_asked.let_go(context.person.id, context.turn.conversation)
        return _meet(context, belief, "")
    if not gave_up and _asks_of_us(context.turn.text):
        context.services.questions_asked.let_go(context.person.id, context.turn.conversation)
        return hint.guide(context)
    if not about and not gave_up:
        context.services.questions_asked.let_go(context.person.id, context.turn.conversation)
        return _something_else(context, history)
    tally = context.services.questions_asked.answered(
        context.person.id, context.lesson.id, question.id, [sentence.id for sentence in compared.said]
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
    return Decision(
        Intent.ANSWER, text, closing=belief.question, question_asked=experiments.FOLLOW_UP + belief.id, may_reword=True
    )


def _something_else(context: TurnContext, history: Sequence[Message]) -> Decision:
    """No answer to anything of ours: it is read again as a message of its own."""
    reading = context.services.intents.read(context.turn, pending=False)
    if reading.intent is Intent.STUCK:
        return hint.guide(context)
    if reading.intent is Intent.STATUS:
        return criterion_status.report(context)
    if reading.intent is Intent.SOCIAL or not context.says_something:
        return criterion_status.greet(context)
    return told_in_chat.told(context) or question.answer_question(context, history)


def _feedback(
    context: TurnContext, question: Question, chosen: PolicyStep, said: Sequence[Point], missing: Sequence[Point]
) -> Decision:
    onward = rendering.next_step(context.lesson, context.criterion_status())
    where = _section(context, question)
    if chosen is PolicyStep.CONFIRM:
        text = f"Yes, that is all of it: {_listed(said)}."
        return Decision(Intent.ANSWER, f"{text}\n{onward}".strip(), may_reword=True)
    if chosen is PolicyStep.TELL:
        told = f"What belongs to it{' as well' if said else ''}: {_listed(missing)}. It stands in {where}."
        return Decision(Intent.ANSWER, f"{_kept(said)}{told}\n{onward}".strip(), may_reword=True)
    wanted = missing[0]
    closing = wanted.ask or f"What does {where} add to that?"
    lead = _kept(said) or f"There is something in that, but not yet the point that I look for; it stands in {where}. "
    more = "One more point belongs to it." if len(missing) == 1 else f"{len(missing)} points are still open."
    return Decision(
        Intent.ANSWER, f"{lead}{more}", closing=closing, question_asked=f"{question.id}{_OF_POINT}{wanted.id}"
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
