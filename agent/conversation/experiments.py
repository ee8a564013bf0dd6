"""Witness experiments: the learner predicts first, then sees what the smallest build really gives."""

from __future__ import annotations

from agent.conversation.decision import Decision
from agent.conversation.desk import Desk
from agent.intents import Intent
from agent.learner_model import Observed
from knowledge.course import Criterion, Misconception, Point, Question

PREFIX = "witness:"
FOLLOW_UP = "belief:"


def untried(desk: Desk, belief: Misconception | None) -> bool:
    asked = desk.services.asked.already_asked(desk.person.id, desk.lesson.id)
    return belief is not None and belief.witness is not None and PREFIX + belief.id not in asked


def about(desk: Desk, criterion: Criterion) -> Misconception | None:
    """An experiment that bears on a criterion and that this learner has not seen."""
    return next(
        (one for one in desk.lesson.misconceptions if one.section in criterion.sections and untried(desk, one)), None
    )


def propose(belief: Misconception, lead: str, intent: Intent, level: int = 0) -> Decision:
    """The files and the question; the result waits for a prediction."""
    assert belief.witness is not None  # noqa: S101 - callers ask `untried` first
    shown = "\n".join(f"```\n{text.strip()}\n```" for text in list(belief.witness.files.values())[:1])
    text = f"{lead}\n{shown}\nPredict first; then I show you what it gives."
    closing = belief.witness.predict
    return Decision(intent, text, closing=closing, question_asked=PREFIX + belief.id, hint_level=level)


def result(desk: Desk, pending: str, *, predicted: bool = True) -> Decision:
    """What the lesson records of the experiment, beside the prediction."""
    belief = next((one for one in desk.lesson.misconceptions if PREFIX + one.id == pending), None)
    if belief is None or belief.witness is None:
        return Decision(Intent.ANSWER, "That experiment is no longer part of the lesson.")
    desk.services.asked.answered(desk.person.id, desk.lesson.id, pending, [])
    seen = _read(desk, belief) if predicted else Observed.MISSED
    desk.note(belief.id, seen)
    for criterion in desk.lesson.rubric:
        if belief.section in criterion.sections and predicted:
            desk.services.hints.attempt(desk.person.id, desk.lesson.id, criterion.id, pending)
    said = " ".join(desk.turn.text.split())
    verdict = {
        Observed.FORESAW: "That is what you expected.",
        Observed.SURPRISED: "That is not what you expected, which makes it worth remembering.",
        Observed.PREDICTED: "Set it beside what you expected.",
    }.get(seen, "")
    lines = [
        f"You expect: “{said[:160]}”." if predicted else "",
        f"The recorded result of this experiment (I have not run it just now): {belief.witness.observe}",
        verdict,
        belief.reality,
    ]
    return Decision(
        Intent.ANSWER,
        "\n".join(line for line in lines if line),
        closing=belief.question,
        question_asked=FOLLOW_UP + belief.id,
    )


def _read(desk: Desk, belief: Misconception) -> Observed:
    """Whether the prediction agrees with the result, with the belief, or with neither clearly."""
    assert belief.witness is not None  # noqa: S101
    expected = Question(belief.id, belief.witness.predict, belief.section, (_point(belief),))
    compared = desk.services.explanations.compare(desk.turn.text, expected, [belief])
    if compared.said:
        return Observed.FORESAW
    return Observed.SURPRISED if compared.believes else Observed.PREDICTED


def _point(belief: Misconception) -> Point:
    observed = (belief.witness.observe,) if belief.witness else ()
    return Point("reality", belief.reality, observed)


def follow_up(desk: Desk, pending: str) -> Question | None:
    """Our question after an experiment, which expects that the learner says what is the case."""
    belief = next((one for one in desk.lesson.misconceptions if FOLLOW_UP + one.id == pending), None)
    return Question(pending, belief.question, belief.section, (_point(belief),)) if belief else None
