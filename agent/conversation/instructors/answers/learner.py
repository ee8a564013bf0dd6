"""One learner: how far, what is open and since when, hints, attempts, history; and several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from agent.conversation.instructors.answers.lookup import Answer, Lookup, named
from agent.conversation.instructors.answers.phrasing import age, ago, counted, is_or_are, lasting, on, shortened
from agent.conversation.instructors.answers.standing import (
    judged_open,
    not_handed_in,
    open_cell,
    standing,
    tries,
    undecided,
    uploads,
    what_is_open,
)
from agent.learners.mastery import Observation
from agent.learners.progress import NOT_CHECKED, LearnerProgress, required_met
from knowledge.course.pack import Criterion

COUNTED = (
    "From the newest verdict of each criterion. Open since: the first review that left it open with none that met it "
    "after; before any review, the first upload. An attempt is a changed file, a build or an answer with a point in it."
)
HINTS_COUNTED = "Hints that I gave, as I noted them when I gave them."
OFFER = "Shall I show what they handed in?"


def one(lookup: Lookup) -> Answer:
    learner = lookup.learners[0]
    if lookup.criteria and lookup.query.part in ("", "open", "since", "attempts", "hints"):
        return _criteria(lookup, learner)
    return _PARTS.get(lookup.query.part, _summary)(lookup, learner)


def _summary(lookup: Lookup, learner: LearnerProgress) -> Answer:
    offers = learner.handed_in and not learner.is_through and not lookup.query.offered
    parts = [standing(lookup, learner), what_is_open(lookup, learner), undecided(lookup, learner)]
    text = " ".join(part for part in (*parts, OFFER if offers else "") if part)
    return Answer(text, COUNTED, offers=offers)


def _criteria(lookup: Lookup, learner: LearnerProgress) -> Answer:
    hints = lookup.hints(learner)
    lines = [_criterion_line(lookup, learner, one, hints.get(one.id, ())) for one in lookup.criteria]
    return Answer(f"**{learner.person.name}**\n" + "\n".join(lines), COUNTED)


def _criterion_line(lookup: Lookup, learner: LearnerProgress, one: Criterion, hints: Sequence[Observation]) -> str:
    judgement, since = learner.judgement(one.id), learner.open_since(one.id)
    verdict = {"pending": "waits for you", "not checked": "not handed in"}.get(
        learner.word(one.id), learner.word(one.id)
    )
    is_open = learner.lacks(one.id) and learner.word(one.id) != NOT_CHECKED
    for_long = f", open for {lasting(since, lookup.now)}" if is_open and since else ""
    tried = f"; {counted(tries(learner, one.id), 'attempt')}, {_hints_said(hints, lookup.now)}"
    why = (judgement.missing or judgement.reason) if judgement and learner.lacks(one.id) else ""
    return f"- **{named(one)}**: {verdict}{for_long}{tried}.{f' {why}' if why else ''}"


def _hints_said(hints: Sequence[Observation], now: datetime) -> str:
    if not hints:
        return "no hint"
    return f"{counted(len(hints), 'hint')} ({hints[-1].evidence}, {ago(hints[-1].at, now)})"


def _open(lookup: Lookup, learner: LearnerProgress) -> Answer:
    criteria = judged_open(learner)
    if learner.is_through or not criteria:
        return _summary(lookup, learner)
    hints = lookup.hints(learner)
    rows = tuple(
        (
            named(criterion),
            learner.word(criterion.id),
            age(learner.open_since(criterion.id), lookup.now),
            str(tries(learner, criterion.id)),
            str(len(hints.get(criterion.id, ()))),
        )
        for criterion in criteria
    )
    number = f"{counted(len(rows), 'required criterion', 'required criteria')} {is_or_are(len(rows))} open."
    parts = [standing(lookup, learner), number, not_handed_in(learner), undecided(lookup, learner)]
    text = " ".join(part for part in parts if part)
    return Answer(text, COUNTED, ("Criterion", "Verdict", "Open for", "Attempts", "Hints"), rows)


def _since(lookup: Lookup, learner: LearnerProgress) -> Answer:
    dated = [(since, one) for one in judged_open(learner) if (since := learner.open_since(one.id))]
    if learner.is_through or not dated:
        return _summary(lookup, learner)
    since, first = min(dated, key=lambda pair: pair[0])
    number = f"{counted(len(dated), 'required criterion', 'required criteria')} {is_or_are(len(dated))} open in all."
    when = f"since {on(since)} UTC, so for {lasting(since, lookup.now)}"
    return Answer(f"**{learner.person.name}**: {named(first)} has been open {when}. {number}", COUNTED)


def _hints(lookup: Lookup, learner: LearnerProgress) -> Answer:
    hints = lookup.hints(learner)
    number = sum(map(len, hints.values()))
    if not number:
        return Answer(f"**{learner.person.name}** has had no hint yet.", HINTS_COUNTED)
    rows = tuple(
        (named(criterion), str(len(given)), given[-1].evidence, ago(given[-1].at, lookup.now))
        for criterion in learner.lesson.rubric
        if (given := hints.get(criterion.id))
    )
    text = (
        f"**{learner.person.name}** has had {counted(number, 'hint')} on {counted(len(rows), 'criterion', 'criteria')}."
    )
    return Answer(text, HINTS_COUNTED, ("Criterion", "Hints", "Last", "When"), rows)


def _attempts(lookup: Lookup, learner: LearnerProgress) -> Answer:
    rows = tuple(
        (named(criterion), str(tally.count), age(tally.last, lookup.now), learner.word(criterion.id))
        for criterion in learner.lesson.rubric
        if (tally := learner.attempts.get(criterion.id))
    )
    reviews = counted(len(learner.history.reviews), "review")
    text = f"**{learner.person.name}**: {uploads(lookup, learner)}, and {reviews} for the {learner.lesson.gate}."
    return Answer(text, COUNTED, ("Criterion", "Attempts", "Last, before", "Verdict"), rows)


def _seen(lookup: Lookup, learner: LearnerProgress) -> Answer:
    if learner.seen is None:
        return _summary(lookup, learner)
    first, last = ago(learner.seen.first, lookup.now), ago(learner.seen.last, lookup.now)
    came = f"last upload {ago(learner.uploads.last, lookup.now)}" if learner.uploads.last else "no upload yet"
    text = f"**{learner.person.name}** was last here {last}; first seen {first}, {came}."
    return Answer(text, "Here: they wrote to me or opened my page.")


def _passed(lookup: Lookup, learner: LearnerProgress) -> Answer:
    rest = _summary(lookup, learner)
    return Answer(f"{'Yes' if learner.is_through else 'Not yet'}. {rest.text}", COUNTED, offers=rest.offers)


def _history(lookup: Lookup, learner: LearnerProgress) -> Answer:
    events = sorted(_events(lookup, learner), key=lambda event: event[0], reverse=True)
    rows = tuple((on(at), what) for at, what in events)
    text = f"{standing(lookup, learner)} {counted(len(rows), 'event')} in all, the newest first."
    return Answer(text, "Uploads, reviews, builds and hints, as they were recorded.", ("When (UTC)", "What"), rows)


def _events(lookup: Lookup, learner: LearnerProgress) -> Iterator[tuple[datetime, str]]:
    services, person, lesson = lookup.services, learner.person, learner.lesson
    for upload in services.submissions.history(person.id, lesson.id):
        yield upload.created_at, f"Upload {upload.number}: {shortened(list(upload.files), 4)}"
    for review in learner.history.reviews:
        met = f"{required_met(lesson, review)} of {learner.required} required criteria met"
        yield review.created_at, f"Review {review.number}: {met}"
    for build in services.receipts.builds_of(person.id):
        yield build.created_at, f"Build: {build.receipt.outcome.value}. {build.receipt.summary}"
    for criterion, hints in lookup.hints(learner).items():
        for hint in hints:
            yield hint.at, f"{hint.evidence.capitalize()} on {criterion}"
    if learner.is_through:
        yield learner.gate.since, f"{lesson.gate}: {learner.state.value}"


_PARTS: Mapping[str, Callable[[Lookup, LearnerProgress], Answer]] = {
    "open": _open,
    "since": _since,
    "hints": _hints,
    "attempts": _attempts,
    "seen": _seen,
    "passed": _passed,
    "history": _history,
}


def several(lookup: Lookup) -> Answer:
    """Side by side, the furthest first."""
    learners = sorted(lookup.learners, key=_how_far, reverse=True)
    rows = tuple(
        (
            learner.person.name,
            learner.state.value,
            f"{learner.required_met} of {learner.required}",
            open_cell(learner),
            str(sum(map(len, lookup.hints(learner).values()))),
            ago(learner.uploads.last, lookup.now) if learner.uploads.last else "never",
        )
        for learner in learners
    )
    said = {True: "Yes. ", False: "No. "}[learners[0].person.id == lookup.query.people[0]] if lookup.query.which else ""
    columns = ("Learner", "Gate", "Required met", "Open", "Hints", "Last upload")
    text = said + _ahead(learners)
    return Answer(text, COUNTED, columns, rows, tuple(learner.person.id for learner in learners))


def _how_far(learner: LearnerProgress) -> tuple[int, bool, int]:
    return (learner.lesson.number, learner.is_through, learner.required_met)


def _ahead(learners: Sequence[LearnerProgress]) -> str:
    first, *rest = learners
    gates = {learner.lesson.gate for learner in learners}
    where = f" on the {first.lesson.gate}" if len(gates) == 1 else ""
    if _how_far(first) == _how_far(rest[0]):
        return f"**{first.person.name}** and **{rest[0].person.name}** are level{where}: {_far(first)}."
    others = "; ".join(f"{other.person.name}: {_far(other)}" for other in rest[:3])
    return f"**{first.person.name}** is furthest{where}: {_far(first)}; {others}."


def _far(learner: LearnerProgress) -> str:
    if learner.is_through:
        return learner.state.value
    return f"{learner.required_met} of {learner.required} required criteria met"
