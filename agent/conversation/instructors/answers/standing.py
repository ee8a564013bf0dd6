"""How far one learner is: the gate, what is open, what was never handed in, what waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.conversation.instructors.answers.lookup import Lookup, named
from agent.conversation.instructors.answers.phrasing import age, ago, counted, joined, lasting, shortened
from agent.domain.gate import GateState
from agent.learners.progress import NOT_CHECKED, LearnerProgress
from knowledge.course.pack import Criterion
from tools.artefacts.registry import wording_of

MAX_NAMED = 5  # open criteria that stand in a sentence


def standing(lookup: Lookup, learner: LearnerProgress) -> str:
    """The gate, how much is met, and when something last came."""
    name, gate, now = f"**{learner.person.name}**", learner.lesson.gate, lookup.now
    if learner.is_through:
        return _through(lookup, learner)
    if not learner.handed_in:
        here = f"; last here {ago(learner.seen.last, now)}" if learner.seen else ""
        return f"{name} has handed in nothing yet for the {gate}{here}."
    met = f"{learner.required_met} of {learner.required} required criteria met"
    return f"{name}: {met}; {uploads(lookup, learner)}{reviewed(learner)}."


def uploads(lookup: Lookup, learner: LearnerProgress) -> str:
    last = f", the last {ago(learner.uploads.last, lookup.now)}" if learner.uploads.last else ""
    return f"{counted(learner.uploads.count, 'upload')}{last}"


def reviewed(learner: LearnerProgress) -> str:
    number = len(learner.history.reviews)
    return f", reviewed {_times(number)}" if number else ", not submitted yet"


def _through(lookup: Lookup, learner: LearnerProgress) -> str:
    gate, when = learner.lesson.gate, ago(learner.gate.since, lookup.now)
    if learner.state is GateState.WAIVED:
        return f"**{learner.person.name}** is through: an instructor waived the {gate} {when}."
    return (
        f"**{learner.person.name}** passed the {gate} {when}, after {counted(len(learner.history.reviews), 'review')}."
    )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def judged_open(learner: LearnerProgress) -> list[Criterion]:
    """Open criteria whose file is there."""
    return [criterion for criterion in learner.open if learner.word(criterion.id) != NOT_CHECKED]


def missing_files(learner: LearnerProgress) -> list[str]:
    """Names of the artefacts that open criteria look at and that never came."""
    came = {one.artefact for one in learner.lesson.rubric if learner.word(one.id) not in ("", NOT_CHECKED)}
    return list(dict.fromkeys(wording_of(one.artefact).bare for one in _unseen(learner) if one.artefact not in came))


def _unseen(learner: LearnerProgress) -> list[Criterion]:
    return [criterion for criterion in learner.open if learner.word(criterion.id) == NOT_CHECKED]


def what_is_open(lookup: Lookup, learner: LearnerProgress) -> str:
    if learner.is_through or not learner.handed_in:
        return ""
    if learner.is_at_last_step:
        return "Nothing is open; only the fault-finding exercise is left."
    criteria = judged_open(learner)
    lines = [f"Open: {shortened([named(criterion) for criterion in criteria], MAX_NAMED)}."] if criteria else []
    lines.append(not_handed_in(learner))
    if criteria:
        lines.append(_longest(lookup, learner, criteria))
    return " ".join(line for line in lines if line)


def not_handed_in(learner: LearnerProgress) -> str:
    """The artefacts that never came; else what couldn't be judged because something else of it is missing."""
    files, unseen = missing_files(learner), _unseen(learner)
    if not unseen:
        return ""
    if not files:
        return f"{joined([named(one) for one in unseen])} can't be judged: a file that it needs didn't come along."
    named_files = joined([f"the {file}" for file in files])
    return f"Not handed in yet: {named_files}, so {counted(len(unseen), 'criterion', 'criteria')} can't be judged."


def open_cell(learner: LearnerProgress) -> str:
    """For a table: ids, and the files that never came."""
    if learner.is_through:
        return ""
    ids = [criterion.id for criterion in judged_open(learner)]
    more = [f"{len(ids) - MAX_NAMED} more"] if len(ids) > MAX_NAMED else []
    files = [f"no {file}" for file in missing_files(learner)] if learner.handed_in else []
    return "; ".join(part for part in (", ".join([*ids[:MAX_NAMED], *more]), ", ".join(files)) if part)


def _longest(lookup: Lookup, learner: LearnerProgress, criteria: Sequence[Criterion]) -> str:
    hints = {criterion: len(given) for criterion, given in lookup.hints(learner).items()}
    criterion = hardest(learner, criteria, hints)
    since = learner.open_since(criterion.id)
    for_long = f" for {lasting(since, lookup.now)}" if since else ""
    spent = joined([counted(tries(learner, criterion.id), "attempt"), counted(hints.get(criterion.id, 0), "hint")])
    return f"{criterion.id} has been open{for_long}, with {spent}."


def hardest(learner: LearnerProgress, criteria: Sequence[Criterion], hints: Mapping[str, int]) -> Criterion:
    """What took most hints, else most attempts, else has been open for longest."""

    def effort(criterion: Criterion) -> tuple[int, int, float]:
        since = learner.open_since(criterion.id)
        return (hints.get(criterion.id, 0), tries(learner, criterion.id), -since.timestamp() if since else 0.0)

    return max(criteria, key=effort)


def tries(learner: LearnerProgress, criterion: str) -> int:
    tally = learner.attempts.get(criterion)
    return tally.count if tally else 0


def undecided(lookup: Lookup, learner: LearnerProgress) -> str:
    if not learner.undecided:
        return ""
    since = age(learner.history.reviews[-1].created_at, lookup.now)
    names = shortened([named(criterion) for criterion in learner.undecided], MAX_NAMED)
    return f"Waiting for you for {since}: {names}."
