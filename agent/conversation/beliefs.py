"""Why the tutor thinks what it thinks of a learner: each belief with its evidence, and a way to contest it."""

from __future__ import annotations

import numpy as np

from agent.conversation.decision import Decision
from agent.conversation.desk import Desk, Services
from agent.intents import Intent
from agent.learner_model import Belief, Observation, Observed, Standing
from agent.people import Person
from agent.replies import Action, Reply
from agent.turns import Notice
from knowledge.course import Lesson

NEAR = 0.45  # cosine between what is asked about and the words of a subject
MAX_SHOWN = 4
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
    shown = _about(desk, list(beliefs.values()))
    shaky = [one for one in shown if one.standing is Standing.SHAKY]
    return Decision(
        Intent.BELIEFS,
        "\n".join(_line(desk.lesson, one) for one in shown),
        actions=tuple(Action("contest", "That is wrong", one.subject) for one in shaky[:1]),
    )


def _about(desk: Desk, beliefs: list[Belief]) -> list[Belief]:
    """Those that the message speaks of; all of them, the doubtful first, where it names none."""
    vectors = desk.services.embed([desk.turn.text[:500], *(subject_text(desk.lesson, one.subject) for one in beliefs)])
    nearness = vectors[1:] @ vectors[0]
    best = int(np.argmax(nearness))
    if nearness[best] >= NEAR:
        return [beliefs[best]]
    return sorted(beliefs, key=lambda one: one.standing is not Standing.SHAKY)[:MAX_SHOWN]


def subject_text(lesson: Lesson, subject: str) -> str:
    texts = {one.id: one.text for one in lesson.questions} | {one.id: one.belief for one in lesson.misconceptions}
    return texts.get(subject, subject)


def _line(lesson: Lesson, belief: Belief) -> str:
    seen = "".join(f"\n  - {_observed(one)}" for one in belief.observations[-MAX_SHOWN:])
    return f"- “{subject_text(lesson, belief.subject)}”: {_SAID[belief.standing]}.{seen}"


def _observed(one: Observation) -> str:
    said = f": “{one.evidence}”" if one.kind in (Observed.SHOWN, Observed.MISSED, Observed.BELIEVES) else ""
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
    return tuple(Notice(f"{desk.turn.key}:contested:{one.id}", one.id, reply) for one in instructors)


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
