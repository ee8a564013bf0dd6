"""Why the tutor thinks what it thinks of a learner: each belief with its evidence, and a way to contest it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from agent.conversation.context import Desk, Services
from agent.conversation.decision import Decision
from agent.domain.people import Person
from agent.domain.reply import Action, Reply
from agent.domain.turn import Notice
from agent.learners.mastery import Belief, Observation, Observed, Standing
from agent.understanding.intents import Intent
from agent.understanding.topics import named_criterion
from knowledge.course.pack import Criterion, Lesson

NEAR = 0.45  # cosine between what is asked about and the words of a subject
MAX_SHOWN = 3
MAX_ROWS = 2
_CONTESTS = re.compile(
    r"\b(contest|wrong|not true|unfair|not fair|i (do|already|clearly) know|i know (that|this|it))\b", re.IGNORECASE
)
_SAID = {
    Standing.UNKNOWN: "I have seen nothing of it yet",
    Standing.KNOWN: "you have shown it",
    Standing.SHAKY: "I am not sure of it",
    Standing.CONTESTED: "an instructor looks at it",
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


def answer(desk: Desk) -> Decision:
    if desk.turn.action is not None:
        return _contest(desk, desk.turn.action.value)
    beliefs = desk.services.learner_model.beliefs(desk.person.id, desk.lesson.id)
    if not beliefs:
        text = "I have no opinion of what you know yet: nothing of it has come up between us."
        return Decision(Intent.BELIEFS, text)
    criterion = named_criterion(desk.turn.text, desk.lesson)
    shown = _of_criterion(desk.lesson, criterion, beliefs) if criterion else _about(desk, list(beliefs.values()))
    shaky = [finding for finding in shown if finding.standing is Standing.SHAKY]
    if len(shaky) == 1 and _CONTESTS.search(desk.turn.text):
        return _contest(desk, shaky[0].subject)
    lines = [counts(desk, criterion)] if criterion else []
    lines += [_line(desk.lesson, finding) for finding in shown[:MAX_SHOWN]]
    if shaky:
        lines.append("If that is wrong, say so: an instructor then looks at these lines and decides.")
    actions = tuple(Action("contest", "That is wrong", belief.subject) for belief in shaky[:1])
    return Decision(Intent.BELIEFS, "\n".join(lines), actions=actions)


def _of_criterion(lesson: Lesson, criterion: Criterion, beliefs: Mapping[str, Belief]) -> list[Belief]:
    """Everything seen that bears on a criterion: questions about it, and beliefs from its sections."""
    questions = [question.id for question in lesson.questions if question.criterion == criterion.id]
    held = [misconception.id for misconception in lesson.misconceptions if misconception.section in criterion.sections]
    return [beliefs[question] for question in (criterion.id, *questions, *held) if question in beliefs]


def counts(desk: Desk, criterion: Criterion) -> str:
    hints = desk.services.hints
    attempts = hints.attempts(desk.person.id, desk.lesson.id, criterion.id)
    level = hints.level(desk.person.id, desk.lesson.id, criterion.id)
    judgement = desk.standing().get(criterion.id)
    verdict = judgement.verdict.value if judgement else "not checked"
    tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return f"**{criterion.id} {criterion.title}**: {verdict} in your newest version; {tries}, hint level {level}."


def _about(desk: Desk, beliefs: list[Belief]) -> list[Belief]:
    """Those that the message speaks of; all of them, the doubtful first, where it names none."""
    vectors = desk.services.embed(
        [desk.turn.text[:500], *(subject_text(desk.lesson, belief.subject) for belief in beliefs)]
    )
    nearness = vectors[1:] @ vectors[0]
    best = int(np.argmax(nearness))
    if nearness[best] >= NEAR:
        return [beliefs[best]]
    return sorted(beliefs, key=lambda belief: belief.standing is not Standing.SHAKY)[:MAX_SHOWN]


def subject_text(lesson: Lesson, subject: str) -> str:
    texts = {question.id: question.text for question in lesson.questions} | {
        misconception.id: misconception.belief for misconception in lesson.misconceptions
    }
    criterion = lesson.criterion(subject)
    base = subject.rpartition(":")[2].partition("#")[0]
    return f"{criterion.id} {criterion.title}" if criterion else texts.get(base, subject)


def _line(lesson: Lesson, belief: Belief) -> str:
    seen = "".join(f"\n  - {_observed(observation)}" for observation in belief.observations[-MAX_ROWS:])
    return f"- “{subject_text(lesson, belief.subject)}”: {_SAID[belief.standing]}.{seen}"


def _observed(one: Observation) -> str:
    said = "" if one.kind in (Observed.CONTESTED, Observed.UPHELD, Observed.DISMISSED) else f": “{one.evidence}”"
    return f"{one.at:%d %b}, {_SEEN[one.kind]}{said}"


def _contest(desk: Desk, subject: str) -> Decision:
    services, person, lesson = desk.services, desk.person, desk.lesson
    belief = services.learner_model.belief(person.id, lesson.id, subject)
    if belief.standing is not Standing.SHAKY:
        return Decision(Intent.BELIEFS, "There is nothing to contest there any more.")
    services.learner_model.note(person, lesson.id, subject, Observed.CONTESTED, desk.turn.text, desk.turn.key)
    text = "I have passed it on to the instructors with what I had seen; they decide, and I shall go by it."
    return Decision(Intent.BELIEFS, text, notices=_notices(desk, belief))


def _notices(desk: Desk, belief: Belief) -> tuple[Notice, ...]:
    value = f"{desk.person.id} {desk.lesson.id} {belief.subject}"
    reply = Reply(
        f"**{desk.person.name}** says that I am wrong about them:\n{_line(desk.lesson, belief)}",
        actions=(Action("uphold", "They know it", value, "primary"), Action("dismiss", "Keep my view", value)),
    )
    instructors = desk.services.learners.instructors(desk.person.workspace)
    return tuple(
        Notice(f"{desk.turn.key}:contested:{instructor.id}", instructor.id, reply) for instructor in instructors
    )


def settle(services: Services, by: Person, value: str, key: str, *, uphold: bool) -> Decision:
    """An instructor pressed a button on a contested belief; `value` names learner, lesson and subject."""
    person_id, _, rest = value.partition(" ")
    lesson_id, _, subject = rest.partition(" ")
    learner, lesson = services.learners.find(person_id), services.course.lesson(lesson_id)
    if learner is None or lesson is None or learner.workspace != by.workspace:
        return Decision(Intent.STAFF, "That learner is no longer there.")
    services.learner_model.decide(learner, lesson_id, subject, by, key, uphold=uphold)
    word = "I take it that you know it" if uphold else "I keep my view for now; show me in an answer"
    told = f"An instructor looked at “{subject_text(lesson, subject)}”. {word}."
    notice = Notice(f"{key}:settled:{learner.id}", learner.id, Reply(told))
    return Decision(Intent.STAFF, f"Noted for {learner.name}.", notices=(notice,))
