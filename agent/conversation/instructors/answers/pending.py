"""What waits for an instructor: criteria of submissions, and views of a learner that they contest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.conversation.handlers.gate_outcome import pending_reply
from agent.conversation.handlers.mastery import subject_text
from agent.conversation.instructors.answers.lookup import Answer, Lookup
from agent.conversation.instructors.answers.phrasing import age, counted, lasting
from agent.domain.reply import Action, Reply
from agent.grading.reviews import PendingReview
from agent.learners.mastery import MasteryLevel, believe
from knowledge.course.pack import Lesson

COUNTED = (
    "Criteria of each learner's newest submission that I could not decide, while their gate is not closed; the longest "
    "first."
)
MAX_CONTESTED, MAX_LISTED = 3, 30

Waiting = tuple[Lesson, PendingReview]


def of(lookup: Lookup) -> Answer:
    """All of it as a table, and one submission with its buttons; `page` is which."""
    waiting = sorted(_waiting(lookup), key=lambda one: one[1].since)
    contested = list(_contested(lookup)) if not lookup.query.people and not lookup.query.criteria else []
    if not waiting:
        return _nothing(lookup, contested)
    reviews = list(dict.fromkeys(pending.review_id for _, pending in waiting))
    if lookup.query.page >= len(reviews):
        return Answer(
            f"That was all: {counted(len(reviews), 'submission waits', 'submissions wait')} for you.", COUNTED
        )
    reply = _submission(waiting, reviews[lookup.query.page])
    more = "“next” shows the next one." if lookup.query.page + 1 < len(reviews) else ""
    lines = [_head(lookup, waiting), reply.text, more, *(line for line, _ in contested)]
    actions = (*reply.actions, *(action for _, buttons in contested for action in buttons))
    listed = waiting[:MAX_LISTED] if len(waiting) > 1 else []
    rows = tuple((one.person.name, one.judgement.criterion, age(one.since, lookup.now)) for _, one in listed)
    people = tuple(pending.person.id for _, pending in listed)
    text = "\n".join(line for line in lines if line)
    return Answer(text, COUNTED, ("Learner", "Criterion", "Waiting for"), rows, people, actions)


def _submission(waiting: Sequence[Waiting], review_id: str) -> Reply:
    those = [one for one in waiting if one[1].review_id == review_id]
    lesson, first = those[0]
    return pending_reply(first.person.name, lesson, review_id, [pending.judgement for _, pending in those])


def _head(lookup: Lookup, waiting: Sequence[Waiting]) -> str:
    people = len({pending.person.id for _, pending in waiting})
    longest = lasting(waiting[0][1].since, lookup.now)
    number = counted(len(waiting), "criterion waits", "criteria wait")
    return f"**{number}** for you, of {counted(people, 'learner')}; the longest for {longest}."


def _waiting(lookup: Lookup) -> Iterator[Waiting]:
    query, course = lookup.query, lookup.services.course
    lessons = [lookup.lesson] if query.lesson else course.lessons
    for lesson in lessons:
        for pending in lookup.services.reviews.pending(lesson.id, lookup.workspace):
            of_person = not query.people or pending.person.id in query.people
            if of_person and (not query.criteria or pending.judgement.criterion in query.criteria):
                yield lesson, pending


def _nothing(lookup: Lookup, contested: list[tuple[str, tuple[Action, ...]]]) -> Answer:
    names = [learner.person.name for learner in lookup.learners] if lookup.query.people else []
    whose = f" of {', '.join(names)}" if names else ""
    ids = f" on {', '.join(lookup.query.criteria)}" if lookup.query.criteria else ""
    text = f"Nothing{whose}{ids} waits for your decision."
    lines = [text, *(line for line, _ in contested)]
    return Answer("\n".join(lines), COUNTED, actions=tuple(action for _, buttons in contested for action in buttons))


def _contested(lookup: Lookup) -> Iterator[tuple[str, tuple[Action, ...]]]:
    """A learner says that I am wrong about them; each line with the buttons that settle it."""
    found = 0
    for person_id, observations in lookup.observations.items():
        for subject in dict.fromkeys(one.subject for one in observations):
            estimate = believe(subject, [one for one in observations if one.subject == subject])
            person = lookup.services.learners.find(person_id)
            if estimate.criterion_status is not MasteryLevel.CONTESTED or person is None or found >= MAX_CONTESTED:
                continue
            found += 1
            value = f"{person_id} {lookup.lesson.id} {subject}"
            since = age(estimate.observations[-1].at, lookup.now)
            line = (
                f"**{person.name}** says that I am wrong about “{subject_text(lookup.lesson, subject)}”, for {since}."
            )
            yield line, (Action("uphold", f"{person.name} knows it", value), Action("dismiss", "Keep my view", value))
