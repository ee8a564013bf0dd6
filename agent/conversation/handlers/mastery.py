"""Why the tutor thinks what it thinks of a learner: each belief with its evidence, and a way to contest it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from agent.conversation.context import Services, TurnContext
from agent.conversation.decision import Decision
from agent.domain.act import Intent
from agent.domain.people import Person
from agent.domain.reply import Action, Reply
from agent.domain.turn import Notice
from agent.learners.mastery import MasteryEstimate, MasteryLevel, Observation, Observed
from agent.understanding.topics import named_criterion
from knowledge.course.pack import Criterion, Lesson

NEAR = 0.45  # cosine between what is asked about and the words of a subject; chosen, not measured
MAX_SHOWN = 3
MAX_ROWS = 2
_CONTESTS = re.compile(
    r"\b(contest|wrong|not true|unfair|not fair|i (do|already|clearly) know|i know (that|this|it))\b", re.IGNORECASE
)
_SAID = {
    MasteryLevel.UNKNOWN: "I have seen nothing of it yet",
    MasteryLevel.KNOWN: "you have shown it",
    MasteryLevel.SHAKY: "I am not sure of it",
    MasteryLevel.CONTESTED: "an instructor looks at it",
}
_SEEN = {
    Observed.SHOWN: "you named every point",
    Observed.MISSED: "a point was missing",
    Observed.BELIEVES: "it came near a common misconception",
    Observed.FORESAW: "you foresaw what an experiment gives",
    Observed.SURPRISED: "an experiment gave something else than you expected",
    Observed.PREDICTED: "you predicted an experiment",
    Observed.HINTED: "I gave a hint",
    Observed.CONTESTED: "you said that I am wrong",
    Observed.UPHELD: "decided for you",
    Observed.DISMISSED: "decided as I had seen it",
}


def contests(text: str) -> bool:
    """Whether it says that what was thought of them is wrong."""
    return _CONTESTS.search(text) is not None


def answer(context: TurnContext) -> Decision:
    if context.turn.action is not None:
        return _contest(context, context.turn.action.value)
    beliefs = context.services.mastery.beliefs(context.person.id, context.lesson.id)
    if not beliefs:
        text = "I have no opinion of what you know yet: nothing of it has come up between us."
        return Decision(Intent.BELIEFS, text)
    criterion = named_criterion(context.turn.text, context.lesson)
    shown = _of_criterion(context.lesson, criterion, beliefs) if criterion else _about(context, list(beliefs.values()))
    shaky = [finding for finding in shown if finding.criterion_status is MasteryLevel.SHAKY]
    if len(shaky) == 1 and contests(context.turn.text):
        return _contest(context, shaky[0].subject)
    lines = [counts(context, criterion)] if criterion else []
    lines += [_line(context.lesson, finding) for finding in shown[:MAX_SHOWN]]
    if shaky:
        lines.append("If that is wrong, say so: an instructor then looks at these lines and decides.")
    actions = tuple(Action("contest", "That is wrong", belief.subject) for belief in shaky[:1])
    return Decision(Intent.BELIEFS, "\n".join(lines), actions=actions)


def _of_criterion(
    lesson: Lesson, criterion: Criterion, beliefs: Mapping[str, MasteryEstimate]
) -> list[MasteryEstimate]:
    """Everything seen that bears on a criterion: questions about it, and beliefs from its sections."""
    questions = [question.id for question in lesson.questions if question.criterion == criterion.id]
    held = [misconception.id for misconception in lesson.misconceptions if misconception.section in criterion.sections]
    return [beliefs[question] for question in (criterion.id, *questions, *held) if question in beliefs]


def counts(context: TurnContext, criterion: Criterion) -> str:
    hints = context.services.hints
    attempts = hints.attempts(context.person.id, context.lesson.id, criterion.id)
    level = hints.level(context.person.id, context.lesson.id, criterion.id)
    judgement = context.criterion_status().get(criterion.id)
    verdict = judgement.verdict.value if judgement else "not checked"
    tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return f"**{criterion.id} {criterion.title}**: {verdict} in your newest version; {tries}, hint level {level}."


def _about(context: TurnContext, beliefs: list[MasteryEstimate]) -> list[MasteryEstimate]:
    """Those that the message speaks of; all of them, the doubtful first, where it names none."""
    vectors = context.services.embed(
        [context.turn.text[:500], *(subject_text(context.lesson, belief.subject) for belief in beliefs)]
    )
    nearness = vectors[1:] @ vectors[0]
    best = int(np.argmax(nearness))
    if nearness[best] >= NEAR:
        return [beliefs[best]]
    return sorted(beliefs, key=lambda belief: belief.criterion_status is not MasteryLevel.SHAKY)[:MAX_SHOWN]


def subject_text(lesson: Lesson, subject: str) -> str:
    texts = {question.id: question.text for question in lesson.questions} | {
        misconception.id: misconception.belief for misconception in lesson.misconceptions
    }
    criterion = lesson.criterion(subject)
    base = subject.rpartition(":")[2].partition("#")[0]
    return f"{criterion.id} {criterion.title}" if criterion else texts.get(base, subject)


def _line(lesson: Lesson, belief: MasteryEstimate) -> str:
    seen = "".join(f"\n  - {_observed(observation)}" for observation in belief.observations[-MAX_ROWS:])
    return f"- “{subject_text(lesson, belief.subject)}”: {_SAID[belief.criterion_status]}.{seen}"


def _observed(one: Observation) -> str:
    said = "" if one.kind in (Observed.CONTESTED, Observed.UPHELD, Observed.DISMISSED) else f": “{one.evidence}”"
    return f"{one.at:%d %b}, {_SEEN[one.kind]}{said}"


def _contest(context: TurnContext, subject: str) -> Decision:
    services, person, lesson = context.services, context.person, context.lesson
    belief = services.mastery.belief(person.id, lesson.id, subject)
    if belief.criterion_status is not MasteryLevel.SHAKY:
        return Decision(Intent.BELIEFS, "There is nothing to contest there any more.")
    services.mastery.note(person, lesson.id, subject, Observed.CONTESTED, context.turn.text, context.turn.key)
    text = "I have passed it on to the instructors with what I had seen; they decide, and I shall go by it."
    return Decision(Intent.BELIEFS, text, notices=_notices(context, belief))


def _notices(context: TurnContext, belief: MasteryEstimate) -> tuple[Notice, ...]:
    value = f"{context.person.id} {context.lesson.id} {belief.subject}"
    reply = Reply(
        f"**{context.person.name}** says that I am wrong about them:\n{_line(context.lesson, belief)}",
        actions=(Action("uphold", "They know it", value, "primary"), Action("dismiss", "Keep my view", value)),
    )
    instructors = context.services.learners.instructors(context.person.workspace)
    return tuple(
        Notice(f"{context.turn.key}:contested:{instructor.id}", instructor.id, reply) for instructor in instructors
    )


def settle(services: Services, by: Person, value: str, key: str, *, uphold: bool) -> Decision:
    """An instructor pressed a button on a contested belief; `value` names learner, lesson and subject."""
    person_id, _, rest = value.partition(" ")
    lesson_id, _, subject = rest.partition(" ")
    learner, lesson = services.learners.find(person_id), services.course.lesson(lesson_id)
    if learner is None or lesson is None or learner.workspace != by.workspace:
        return Decision(Intent.STAFF, "That learner is no longer there.")
    services.mastery.decide(learner, lesson_id, subject, by, key, uphold=uphold)
    word = "I take it that you know it" if uphold else "I keep my view for now; show me in an answer"
    told = f"An instructor looked at “{subject_text(lesson, subject)}”. {word}."
    notice = Notice(f"{key}:settled:{learner.id}", learner.id, Reply(told))
    return Decision(Intent.STAFF, f"Noted for {learner.name}.", notices=(notice,))
