"""What code alone may take, before anybody thinks about it: buttons, files, and what nobody asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import (
    build_files,
    criterion_status,
    experiments,
    explanation,
    fault_exercise,
    hint,
    mastery,
    privacy,
    submission,
)
from agent.conversation.instructors import answer as staff_answer
from agent.conversation.planning.own_work import PASSED_ON
from agent.domain.act import Intent
from agent.domain.reply import Reply
from agent.domain.turn import Notice
from agent.understanding.acts import About, Act, Reading

Handler = Callable[[TurnContext], Decision]
LONGEST_PASSED = 500  # characters of a question that is passed on


_PRESSED = Reading(Act.STAFF_DECIDE, About.PERSON, {Act.STAFF_DECIDE: 1.0}, {About.PERSON: 1.0})


def _of_staff(context: TurnContext) -> Decision:
    decision, _ = staff_answer(context, _PRESSED, {})
    return decision


def _annotated(context: TurnContext) -> Decision:
    return submission.annotate(context)


def _predicted(context: TurnContext) -> Decision:
    gone = Decision(Intent.ANSWER, "That question is closed. Ask me for an experiment and I'll find another.")
    return explanation.assessed(context) or gone


def _to_instructors(context: TurnContext) -> Decision:
    """An objection to a criterion's verdict, passed on with what the learner said before."""
    about = context.lesson.criterion(context.turn.action.value if context.turn.action else "")
    matter = f"{about.id} {about.title}" if about else "a finding"
    name = context.person.name
    return _told(context, f"**{name}** doesn't agree with me on {matter}. Their files are in “{name}”.")


def _question_passed_on(context: TurnContext, asked: str) -> Decision:
    """What nobody here could answer, in the learner's own words; a button keeps none of them."""
    if not asked:
        return Decision(Intent.QUESTION, "I no longer have that message. Ask me once more, please.")
    quoted = " ".join(asked.split())[:LONGEST_PASSED]
    return _told(context, f"**{context.person.name}** asks, and I have no answer:\n> {quoted}")


def _told(context: TurnContext, text: str) -> Decision:
    notices = tuple(
        Notice(f"{context.turn.key}:objection:{instructor.id}", instructor.id, Reply(text))
        for instructor in context.services.learners.instructors(context.person.workspace)
    )
    told = "I've passed it on; an instructor will look at it." if notices else "There is no instructor here yet."
    return Decision(Intent.STATUS, told, notices=notices)


# What each button does; its name comes from us, never from what is typed.
BUTTONS: Mapping[str, Handler] = {
    "build": submission.request_build,
    "twice": lambda context: submission.request_build(context, twice=True),
    "build_file": build_files.hand_out,
    "experiment": experiments.run,
    "show_findings": submission.show_findings,
    "annotate": _annotated,
    "submit": submission.submit,
    "archive": criterion_status.report,
    "status": criterion_status.report,
    "forget": privacy.answer,
    "contest": mastery.answer,
    "hint": hint.guide,
    "predict": _predicted,
    "ask_instructor": _to_instructors,
    **dict.fromkeys(("uphold", "dismiss", "decide", "sheet", "approve", "reject"), _of_staff),
}


def routed(context: TurnContext, said: Mapping[str, str]) -> Decision | None:
    """None where a mind has to think. `said` is what the person wrote here before, by the key of its turn."""
    turn = context.turn
    if context.in_channel and not turn.addressed:
        return Decision(Intent.QUESTION, "", silent=True)
    if turn.action is not None:
        if turn.action.id == PASSED_ON:
            return _question_passed_on(context, said.get(turn.action.value, ""))
        handler = BUTTONS.get(turn.action.id, criterion_status.greet)
        return handler(context)
    if fault_exercise.is_answer(context):
        return fault_exercise.answer(context)
    return None
