"""Experiments: the learner predicts first, then sees what the smallest build really gave."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from agent.builds.experiment_report import timelines
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.domain.act import Intent
from agent.domain.reply import Action
from agent.domain.turn import BuildRequest
from agent.learners.mastery import Observed
from knowledge.course.pack import Choice, Criterion, Experiment, Misconception, Point, Question
from tools.sandbox.experiments.experiment import ExperimentResult, recorded
from tools.sandbox.opening import experimenter

PREFIX = "experiment:"
FOLLOW_UP = "belief:"
MAX_SHOWN = 24  # lines of an experiment's first file
_LETTER = re.compile(
    r"^\W*(?:(?:i(?:'d)? (?:say|think|predict|guess|go (?:for|with))|option|answer|choice|letter|it'?s)\s+)*"
    r"(?:([a-f])(?=\W*$|\W+(?:because|since|cause|bc|as)\b|\s*[.,:;)-])|([b-f])\b)",
    re.IGNORECASE,
)


def untried(context: TurnContext, belief: Misconception | None) -> bool:
    asked = context.services.questions_asked.already_asked(context.person.id, context.lesson.id)
    return belief is not None and belief.experiment is not None and PREFIX + belief.id not in asked


def about(context: TurnContext, criterion: Criterion) -> Misconception | None:
    """An experiment that bears on a criterion and that this learner has not seen."""
    return next(
        (
            misconception
            for misconception in context.lesson.misconceptions
            if misconception.section in criterion.sections and untried(context, misconception)
        ),
        None,
    )


def propose(belief: Misconception, lead: str, intent: Intent, level: int = 0) -> Decision:
    """The files and the question; the result waits for a prediction."""
    assert belief.experiment is not None  # noqa: S101 - callers ask `untried` first
    choices = list(zip(string.ascii_lowercase, belief.experiment.choices, strict=False))
    listed = "\n".join(f"- **{letter}** {choice.text}" for letter, choice in choices)
    actions = tuple(Action("predict", letter, f"{belief.id}:{choice.id}") for letter, choice in choices)
    text = "\n".join(part for part in (lead, _shown(belief.experiment), listed) if part)
    closing = belief.experiment.predict
    asked = PREFIX + belief.id
    return Decision(
        intent, text, closing=closing, question_asked=asked, hint_level=level, actions=actions, of_engine=True
    )


def _shown(experiment: Experiment) -> str:
    first = next((text for step in experiment.steps for text in step.files.values()), "").strip()
    lines = first.splitlines()
    return "```\n" + "\n".join(lines[:MAX_SHOWN]) + "\n```" if lines else ""


def pressed(context: TurnContext) -> str:
    """The experiment that a pressed prediction belongs to; it may be older than the newest question."""
    action = context.turn.action
    known = {misconception.id for misconception in context.lesson.misconceptions}
    belief = action.value.partition(":")[0] if action is not None and action.id == "predict" else ""
    return PREFIX + belief if belief in known else ""


def result(context: TurnContext, pending: str, *, predicted: bool = True) -> Decision:
    """What an engine gave, beside the prediction."""
    belief = next(
        (misconception for misconception in context.lesson.misconceptions if PREFIX + misconception.id == pending), None
    )
    if belief is None or belief.experiment is None:
        return Decision(Intent.ANSWER, "That experiment is no longer part of the lesson.")
    context.services.questions_asked.answered(context.person.id, context.lesson.id, pending, [])
    found = recorded(belief.experiment)
    chosen = _chosen(context, belief.experiment) if predicted else None
    seen = _seen(chosen, found) if predicted else Observed.MISSED
    said = chosen.text if chosen else " ".join(context.turn.text.split())[:160]
    context.note(belief.id, seen, said)
    if predicted:
        _count_as_attempt(context, belief)
    lines = [
        f"You expect: “{said.rstrip('.')}”." if predicted else "",
        f"What {found.on.partition(',')[0]} gave when this was recorded (I have not run it just now):",
        *(f"- {_on_one_line(line)}" for line in found.lines[:3]),
        *timelines(found),
        _verdict(seen),
        belief.experiment.observe,
    ]
    text = "\n".join(line for line in lines if line)
    again = (Action("experiment", "Run it here", belief.id),) if experimenter(context.services.builder) else ()
    return Decision(Intent.ANSWER, text, closing=belief.question, question_asked=FOLLOW_UP + belief.id, actions=again)


def run(context: TurnContext) -> Decision:
    """As a job, like a build: it takes seconds, is shown while it runs, and can be stopped."""
    wanted = context.turn.action.value if context.turn.action else ""
    belief = next(
        (
            misconception
            for misconception in context.lesson.misconceptions
            if misconception.id == wanted and misconception.experiment
        ),
        None,
    )
    if belief is None:
        return Decision(Intent.SUBMIT, "That experiment is no longer part of the lesson.")
    job = f"{context.turn.key}:experiment"
    request = BuildRequest(job, context.person.id, context.lesson.id, "", context.turn.conversation, belief.id)
    stop = Action("stop", "Stop", job, "danger")
    return Decision(Intent.SUBMIT, "Running the experiment now.", actions=(stop,), build=request)


def _chosen(context: TurnContext, experiment: Experiment) -> Choice | None:
    """By button, by letter, or by what the words are nearest to."""
    if context.turn.action is not None:
        wanted = context.turn.action.value.partition(":")[2]
        return next((choice for choice in experiment.choices if choice.id == wanted), None)
    if letter := _LETTER.match(context.turn.text):
        place = string.ascii_lowercase.index((letter[1] or letter[2]).lower())
        return experiment.choices[place] if place < len(experiment.choices) else None
    best = context.services.explanations.nearest(context.turn.text, [choice.text for choice in experiment.choices])
    return experiment.choices[best] if best is not None else None


def is_prediction(context: TurnContext, pending: str) -> bool:
    """A choice that can be told; whatever else is said is no prediction, and no attempt."""
    belief = next(
        (misconception for misconception in context.lesson.misconceptions if PREFIX + misconception.id == pending), None
    )
    return belief is not None and belief.experiment is not None and _chosen(context, belief.experiment) is not None


def _seen(chosen: Choice | None, found: ExperimentResult) -> Observed:
    if chosen is None:
        return Observed.PREDICTED
    return Observed.FORESAW if chosen.id == found.truth else Observed.SURPRISED


def _verdict(seen: Observed) -> str:
    return {
        Observed.FORESAW: "That is what you expected.",
        Observed.SURPRISED: "That is not what you expected.",
        Observed.PREDICTED: "Set it beside what you expected.",
    }.get(seen, "")


def _on_one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else flat[:199].rstrip() + "…"


def _count_as_attempt(context: TurnContext, belief: Misconception) -> None:
    """A prediction is an attempt at what the experiment bears on, once."""
    for criterion in context.lesson.rubric:
        if belief.section in criterion.sections:
            context.services.hints.attempt(context.person.id, context.lesson.id, criterion.id, PREFIX + belief.id)


def follow_up(context: TurnContext, pending: str) -> Question | None:
    """Our question after an experiment, which expects that the learner says what is the case."""
    belief = next(
        (misconception for misconception in context.lesson.misconceptions if FOLLOW_UP + misconception.id == pending),
        None,
    )
    if belief is None:
        return None
    ways: Sequence[str] = (belief.experiment.observe,) if belief.experiment else ()
    return Question(pending, belief.question, belief.section, (Point("reality", belief.reality, tuple(ways)),))
