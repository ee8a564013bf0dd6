"""The independent verifier: recomputes every gate from the events, the files and the receipts.

It shares the tables and the transition table with what it checks, and nothing else: the chain, the rule for passing
and what counts as evidence are written a second time, so that a fault in one does not hide in the other.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from agent.domain.gate import GateAction, GateState, next_state
from agent.domain.people import Role
from agent.errors import IllegalTransition
from agent.grading.evidence import Review, faults_of
from agent.grading.fault_evidence import exercise_faults
from agent.grading.fault_exercise import RECORDED
from agent.storage.database import Storage
from agent.storage.tables import APPEND_ONLY, UNCHANGEABLE, GateEventRow, GateRow
from knowledge.course.pack import Course, Lesson
from tools.findings import Verdict

_BY_INSTRUCTORS = (GateAction.WAIVE, GateAction.REOPEN)
# What comes of values that somebody wrote into the tables by hand.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_CLOSING = (GateAction.PASS, GateAction.WAIVE)


@dataclass(frozen=True)
class Discrepancy:
    person_id: str
    lesson_id: str
    what: str


@dataclass
class _Chain:
    """The events of one gate in their order, and the gate's row where there is one."""

    gate: GateRow | None = None
    events: list[GateEventRow] = field(default_factory=list)


def verify(storage: Storage, course: Course) -> list[Discrepancy]:
    """Every difference between what the records say and what follows from them; empty when all is well."""
    with storage.begin() as session:
        try:
            chains = _read(session)
        except _UNREADABLE as error:
            return [Discrepancy("", "", f"the ledger cannot be read ({type(error).__name__})")]
        found = [Discrepancy("", "", what) for what in _guards(session)]
        for key, chain in sorted(chains.items(), key=lambda item: item[0]):
            mine = [other for (person, _), other in chains.items() if person == key[0]]
            found.extend(Discrepancy(*key, what) for what in _check(session, course, chain, mine))
    return found


def _read(session: Session) -> dict[tuple[str, str], _Chain]:
    chains: defaultdict[tuple[str, str], _Chain] = defaultdict(_Chain)
    for event in session.scalars(select(GateEventRow).order_by(GateEventRow.sequence, GateEventRow.id)):
        chains[event.person_id, event.lesson_id].events.append(event)
    for gate in session.scalars(select(GateRow)):
        chains[gate.person_id, gate.lesson_id].gate = gate
    return chains


def _guards(session: Session) -> Iterator[str]:
    """Tables that could be changed unseen because a trigger of theirs is gone."""
    if session.get_bind().dialect.name == "sqlite":
        listed = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        wanted = {f"{table}_no_update" for table in UNCHANGEABLE} | {f"{table}_no_delete" for table in APPEND_ONLY}
    else:
        listed = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        wanted = {f"{table}_no_{name}" for table in UNCHANGEABLE for name in ("change", "truncate")}
    missing = wanted - set(session.scalars(text(listed)))
    yield from (f"the trigger {name} is gone" for name in sorted(missing))


def _check(session: Session, course: Course, chain: _Chain, mine: Sequence[_Chain]) -> Iterator[str]:
    yield from _gate(chain)
    state, previous = GateState.LOCKED.value, ""
    for number, event in enumerate(chain.events, start=1):
        if event.sequence != number:
            yield f"event {number} is missing"
        if event.previous != previous or event.digest != _digest(event):
            yield f"event {event.sequence} was changed, or one before it is missing"
        try:
            before = chain.events[number - 2] if number > 1 else None
            found = [*_moved(state, event), *_entitled(event, course, mine), *_reviewed(session, event, course, before)]
        except _UNREADABLE as error:
            found = [f"cannot be read ({type(error).__name__})"]
        yield from (f"event {event.sequence} {what}" for what in found)
        state, previous = event.state, event.digest


def _gate(chain: _Chain) -> Iterator[str]:
    """The row says what its last event says."""
    if chain.gate is None:
        yield "has events and no gate"
        return
    last = chain.events[-1] if chain.events else None
    expected = last.state if last else GateState.LOCKED.value
    if chain.gate.state != expected:
        yield f"is {chain.gate.state}, the events say {expected}"
    if chain.gate.version != len(chain.events) + 1:
        yield f"was changed {chain.gate.version - 1} times, the ledger has {len(chain.events)} events"
    if last and chain.gate.since != last.created_at:
        yield "has another date than its last event"


def _digest(event: GateEventRow) -> str:
    covered = json.dumps(
        {
            "evidence": event.evidence,
            "gate": [event.person_id, event.lesson_id, event.sequence],
            "previous": event.previous,
            "what": [event.action, event.state, event.actor, event.reason],
            "when": event.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        },
        sort_keys=True,
    )
    return "sha256:" + hashlib.sha256(covered.encode()).hexdigest()


def _moved(before: str, event: GateEventRow) -> Iterator[str]:
    try:
        after = next_state(GateState(before), GateAction(event.action))
    except IllegalTransition as error:
        yield f"is no move of the table. {error}"
        return
    if after.value != event.state:
        yield f"says {event.state}, the table gives {after.value}"


def _entitled(event: GateEventRow, course: Course, mine: Sequence[_Chain]) -> Iterator[str]:
    """Who may do what: only instructors override, and a lesson opens when one before it is done."""
    if event.action in _BY_INSTRUCTORS:
        by_instructor = event.evidence.get("role") == Role.INSTRUCTOR and event.actor != event.person_id
        if not by_instructor or not event.reason.strip():
            yield "needs an instructor and a reason"
    if event.action == GateAction.UNLOCK and event.lesson_id != course.lessons[0].id:
        closed = [other_event for chain in mine for other_event in chain.events if other_event.action in _CLOSING]
        if not any(criterion.created_at <= event.created_at for criterion in closed):
            yield "unlocks a lesson while none before it is done"


def _reviewed(session: Session, event: GateEventRow, course: Course, before: GateEventRow | None) -> Iterator[str]:
    """What a review moved rests on that review, its files and its receipts."""
    if event.action not in (GateAction.SUBMIT, GateAction.REVISE, GateAction.PASS):
        return
    review, lesson = Review.behind(session, event), course.lesson(event.lesson_id)
    if review is None or lesson is None:
        yield "names a review or a lesson that is not there"
        return
    yield from faults_of(session, review, lesson)
    passes = _passes(session, review, lesson)
    waits = event.action == GateAction.REVISE and lesson.fault_exercise and RECORDED in event.evidence
    if event.action != GateAction.SUBMIT and (event.action == GateAction.PASS or waits) != passes:
        yield f"says {event.action}, its judgements say otherwise"
    if lesson.fault_exercise:
        yield from exercise_faults(session, review, lesson, event, before)


def _passes(session: Session, review: Review, lesson: Lesson) -> bool:
    """The rule of the gate in its own words."""
    rank = [Verdict.NOT_CHECKED, Verdict.NOT_MET, Verdict.PARTLY, Verdict.MET]
    now, before = review.now(), review.former(session)
    for criterion in lesson.rubric:
        mine, former = now.get(criterion.id), before.get(criterion.id)
        if criterion.required and (mine is None or mine.pending or mine.verdict is not Verdict.MET):
            return False
        judged_twice = mine is not None and former is not None and not mine.pending and not former.pending
        if judged_twice and mine and former and rank.index(mine.verdict) < rank.index(former.verdict):
            return False
    return True
