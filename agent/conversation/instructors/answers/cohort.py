"""Everybody: how far, who passed, who has not begun, what came in of late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from agent.conversation.instructors.answers.lookup import Answer, Lookup
from agent.conversation.instructors.answers.phrasing import ago, counted, has_or_have, joined, window
from agent.conversation.instructors.answers.standing import open_cell
from agent.domain.gate import GateState
from agent.learners.progress import NOT_CHECKED, LearnerProgress, required_met
from tools.artefacts.registry import wording_of

UNHEARD = 7  # days after which somebody was not heard from
CLOSE = 2  # open criteria of somebody who is close to passing
WHO = "I count the learners who have written to me or opened my page; I don't know of others."
MET = f"{WHO} Met: required criteria whose newest verdict is met and not pending."


def overview(lookup: Lookup) -> Answer:
    chosen = [learner for learner in lookup.cohort if _CHOICES.get(lookup.query.which, _CHOICES[""])(learner)]
    order = _closest if lookup.query.which in ("open", "close") else _by_name
    rows, people = _rows(lookup, sorted(chosen, key=order))
    return Answer(
        _overview_line(lookup, len(chosen)),
        MET,
        ("Learner", "Gate", "Required met", "Open", "Last upload"),
        rows,
        people,
    )


_CHOICES: Mapping[str, Callable[[LearnerProgress], bool]] = {
    "": lambda learner: True,  # noqa: ARG005 - every choice has this shape
    "open": lambda learner: not learner.is_through,
    "closed": lambda learner: learner.is_through,
    "begun": lambda learner: learner.handed_in,
    "rest": lambda learner: not learner.handed_in and not learner.is_through,
    "close": lambda learner: learner.handed_in and not learner.is_through and len(learner.open) <= CLOSE,
}


def _by_name(learner: LearnerProgress) -> tuple[str, int]:
    return (learner.person.name.casefold(), 0)


def _closest(learner: LearnerProgress) -> tuple[str, int]:
    return (f"{len(learner.open):03}", -learner.required_met)


def _rows(lookup: Lookup, learners: Sequence[LearnerProgress]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    rows = tuple(
        (
            learner.person.name,
            learner.state.value,
            f"{learner.required_met} of {learner.required}" if learner.handed_in else "–",
            open_cell(learner) if learner.handed_in else "",
            ago(learner.uploads.last, lookup.now) if learner.uploads.last else "never",
        )
        for learner in learners
    )
    return rows, tuple(learner.person.id for learner in learners)


def _overview_line(lookup: Lookup, chosen: int) -> str:
    cohort, gate = lookup.cohort, lookup.lesson.gate
    if not cohort:
        return "I have met no learner yet: nobody has written to me or opened my page."
    total, which = len(cohort), lookup.query.which
    if which in ("open", "closed", "begun", "rest", "close"):
        what = {
            "open": f"not passed the {gate} yet; those who lack least stand first",
            "closed": f"the {gate} behind them",
            "begun": f"handed something in for the {gate}",
            "rest": f"handed in nothing for the {gate} yet",
            "close": f"at most {counted(CLOSE, 'criterion', 'criteria')} open for the {gate}",
        }[which]
        return f"**{chosen} of {counted(total, 'learner')}** {has_or_have(chosen)} {what}."
    parts = [f"{number} {label}" for label, number in _split(cohort) if number]
    return f"**{counted(total, 'learner')}** on the {gate}: {joined(parts)}. {lookup.freshness}"


def _split(cohort: Sequence[LearnerProgress]) -> Iterator[tuple[str, int]]:
    through = [learner for learner in cohort if learner.is_through]
    waived = sum(learner.state is GateState.WAIVED for learner in through)
    rest = [learner for learner in cohort if not learner.is_through]
    begun = [learner for learner in rest if learner.handed_in]
    yield "passed", len(through) - waived
    yield "waived", waived
    yield "with something open", sum(learner.is_stuck for learner in begun)
    yield "waiting for you", sum(not learner.is_stuck and bool(learner.undecided) for learner in begun)
    yield "ready to submit", sum(_is_ready(learner) for learner in begun)
    yield "at the last step", sum(learner.is_at_last_step for learner in begun)
    yield "with nothing handed in", len(rest) - len(begun)


def _is_ready(learner: LearnerProgress) -> bool:
    """Nothing is open, and what an instructor will have to decide was not submitted yet."""
    return not learner.open and not learner.undecided and not learner.is_at_last_step


def passed(lookup: Lookup) -> Answer:
    since = lookup.back() if lookup.query.days else None
    through = sorted(
        (learner for learner in lookup.cohort if learner.is_through and (since is None or learner.gate.since >= since)),
        key=lambda learner: learner.gate.since,
    )
    rows = tuple(
        (
            learner.person.name,
            learner.state.value,
            ago(learner.gate.since, lookup.now),
            str(len(learner.history.reviews)),
        )
        for learner in through
    )
    when = f" in {window(since, lookup.now)}" if since else ""
    people = f"{len(through)} of {counted(len(lookup.cohort), 'learner')}"
    text = f"**{people}** {has_or_have(len(through))} passed the {lookup.lesson.gate}{when}."
    counted_by = f"{WHO} Passed: the gate's state in the record; waived by an instructor counts, and says so."
    return Answer(
        text, counted_by, ("Learner", "How", "When", "Reviews"), rows, tuple(one.person.id for one in through)
    )


def idle(lookup: Lookup) -> Answer:
    """Nothing handed in; of one artefact where one is named; not heard from where days are."""
    lacking, what = _idle(lookup)
    rows = tuple(
        (
            learner.person.name,
            ago(learner.seen.last, lookup.now) if learner.seen else "never",
            ago(learner.uploads.last, lookup.now) if learner.uploads.last else "never",
        )
        for learner in sorted(lacking, key=_last_seen)
    )
    people = f"{len(lacking)} of {counted(len(lookup.cohort), 'learner')}"
    text = f"**{people}** {has_or_have(len(lacking))} {what}."
    if not lacking:
        text = (
            f"Nobody: all {counted(len(lookup.cohort), 'learner')} have."
            if lookup.cohort
            else "I have met no learner yet."
        )
    ids = tuple(learner.person.id for learner in sorted(lacking, key=_last_seen))
    return Answer(
        text,
        f"{WHO} Handed in: a file of this lesson that was judged.",
        ("Learner", "Last here", "Last upload"),
        rows,
        ids,
    )


def _idle(lookup: Lookup) -> tuple[list[LearnerProgress], str]:
    at_work = [learner for learner in lookup.cohort if not learner.is_through]
    if lookup.query.part == "heard":
        back = lookup.back(UNHEARD)
        unheard = [learner for learner in at_work if not learner.seen or learner.seen.last < back]
        return unheard, f"not been here in {window(back, lookup.now)}"
    if lookup.query.file:
        wanted = [criterion.id for criterion in lookup.lesson.rubric if criterion.artefact == lookup.query.file]
        without = [learner for learner in at_work if all(learner.word(each) == NOT_CHECKED for each in wanted)]
        return without, f"handed in no {wording_of(lookup.query.file).bare} yet"
    return [one for one in at_work if not one.handed_in], f"handed in nothing for the {lookup.lesson.gate} yet"


def _last_seen(learner: LearnerProgress) -> str:
    return learner.seen.last.isoformat() if learner.seen else ""


def recent(lookup: Lookup) -> Answer:
    events = sorted(
        (event for learner in lookup.cohort for event in _recent(lookup, learner)), key=lambda one: one[0], reverse=True
    )
    rows = tuple((learner.person.name, what, ago(at, lookup.now)) for at, learner, what in events)
    kinds = Counter(what.split()[0].rstrip(":") for _, _, what in events)
    people = len({learner.person.id for _, learner, _ in events})
    span = window(lookup.back(), lookup.now)
    said = (
        f"{counted(people, 'learner')} in {span}: {counted(kinds['Upload'], 'upload')}, "
        f"{counted(kinds['Review'], 'review')}, {kinds['Gate']} through the {lookup.lesson.gate}."
    )
    text = f"**{said}**" if events else f"Nothing came in during {span}. {lookup.freshness}"
    return Answer(
        text,
        f"{WHO} The newest upload, each review and each gate of {span}.",
        ("Learner", "What", "When"),
        rows,
        tuple(one.person.id for _, one, _ in events),
    )


def _recent(lookup: Lookup, learner: LearnerProgress) -> Iterator[tuple[datetime, LearnerProgress, str]]:
    back = lookup.back()
    if learner.uploads.last and learner.uploads.last >= back:
        yield learner.uploads.last, learner, "Upload"
    for review in learner.history.reviews:
        if review.created_at >= back:
            yield (
                review.created_at,
                learner,
                f"Review {review.number}: {required_met(learner.lesson, review)} of {learner.required} met",
            )
    if learner.is_through and learner.gate.since >= back:
        yield learner.gate.since, learner, f"Gate {learner.state.value}"
