"""Moves gates by the table: a versioned row and an event in one transaction, with who, why and on what evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from agent.domain.exercise import FaultExercise
from agent.domain.gate import CLOSED, GateAction, GateDecision, GateState, decide, next_state
from agent.domain.people import Person
from agent.domain.verdicts import Judgement
from agent.errors import ConcurrentChange, NotAllowed, NotFound
from agent.grading.fault_exercise import RECORDED, exercise_of, is_right
from agent.grading.reviews import ReviewRecord, Reviews, to_json
from agent.grading.submissions import fetch
from agent.storage.database import Storage, insert_once
from agent.storage.tables import GateEventRow, GateRow, ReviewRow, storable
from knowledge.course.pack import Course, Lesson
from tools.uploads.files import Upload

ENGINE = "engine"
MAX_TWINS = 5  # of one review; then an instructor or another submission helps
EXERCISE_PUT = "every required criterion is met; a fault-finding exercise is put"
EXERCISE_FOUND = "every required criterion is met, and the fault-finding exercise was found"
EXERCISE_MISSED = "the fault-finding exercise was not found"


@dataclass(frozen=True)
class GateView:
    lesson_id: str
    state: GateState
    version: int
    since: datetime


@dataclass(frozen=True)
class ExerciseOutcome:
    """`another` is the next one after a wrong answer; None where the learner found it, or has tried enough."""

    found: bool
    another: FaultExercise | None = None


class GateService:
    def __init__(self, storage: Storage, course: Course, reviews: Reviews) -> None:
        self._storage, self._course, self._reviews = storage, course, reviews

    def enrol(self, person_id: str) -> None:
        """A gate for each lesson: open where nothing comes before it, else locked; a second call changes nothing."""
        with self._storage.begin() as session:
            states = _states(session, person_id)
            before = GateState.PASSED.value
            for lesson in self._course.lessons:
                if lesson.id not in states:
                    self._add(session, person_id, lesson.id, unlocked=before in CLOSED)
                before = states.get(lesson.id, GateState.LOCKED.value)

    def _add(self, session: Session, person_id: str, lesson_id: str, *, unlocked: bool) -> None:
        at = datetime.now(UTC)
        locked = {"state": GateState.LOCKED.value, "version": 1, "since": at}
        added = insert_once(session, GateRow, person_id=person_id, lesson_id=lesson_id, **locked)
        if added and unlocked:
            _move(session, person_id, lesson_id, GateAction.UNLOCK, ENGINE, "enrolled")

    def view(self, person_id: str, lesson_id: str) -> GateView:
        """A gate of somebody who is not enrolled is locked."""
        with self._storage.begin() as session:
            row = session.get(GateRow, (person_id, lesson_id))
        if row is None:
            return GateView(lesson_id, GateState.LOCKED, 0, datetime.now(UTC))
        return _view(row)

    def cohort(self, lesson_id: str, workspace: str) -> dict[str, GateView]:
        """Everybody's gate of one lesson."""
        here = (GateRow.lesson_id == lesson_id, GateRow.person_id.startswith(f"{workspace}:", autoescape=True))
        with self._storage.begin() as session:
            return {row.person_id: _view(row) for row in session.scalars(select(GateRow).where(*here))}

    def current(self, person_id: str) -> str | None:
        """The first lesson whose gate is not behind the learner."""
        with self._storage.begin() as session:
            states = _states(session, person_id)
        return next((lesson.id for lesson in self._course.lessons if states.get(lesson.id) not in CLOSED), None)

    def review(self, person_id: str, lesson_id: str, review: ReviewRecord) -> GateDecision:
        """Decides on the newest review, and moves the gate where it is to move; the same again changes nothing."""
        lesson = self._course.lesson(lesson_id)
        if lesson is None:
            raise NotFound("That lesson is not part of this course.")
        decision = decide(lesson.rubric, review.judgements, self._before(review))
        evidence = {"review": review.id, "judgements": to_json(review.judgements)["judgements"]}
        with self._storage.begin() as session:
            state, last = GateState(_gate(session, person_id, lesson_id).state), _last(session, person_id, lesson_id)
            if state in CLOSED:
                return decision
            if last is not None and _rests_on(last, evidence):
                return self._waiting(session, lesson, review, decision, last)
            if state is not GateState.REVIEWED or last is None or last.evidence.get("review") != review.id:
                _move(session, person_id, lesson_id, GateAction.SUBMIT, person_id, "handed in", evidence)
            if decision.passes and lesson.fault_exercise:
                return self._put_exercise(session, lesson, review, decision, evidence)
            action = GateAction.PASS if decision.passes else GateAction.REVISE
            _move(session, person_id, lesson_id, action, ENGINE, _reason(decision), evidence)
            if decision.passes:
                self._unlock_next(session, person_id, lesson_id)
        return decision

    def _put_exercise(
        self, session: Session, lesson: Lesson, review: ReviewRecord, decision: GateDecision, evidence: dict[str, Any]
    ) -> GateDecision:
        """The gate waits for the fault-finding exercise; where none can be made of these files, it passes."""
        exercise = exercise_of(lesson, _files(session, review.files), review.id, 1)
        if exercise is None:
            none = {**evidence, RECORDED: {"none": True}}
            _move(session, review.person_id, lesson.id, GateAction.PASS, ENGINE, _reason(decision), none)
            self._unlock_next(session, review.person_id, lesson.id)
            return decision
        put = {**evidence, RECORDED: {"put": exercise.on_record()}}
        _move(session, review.person_id, lesson.id, GateAction.REVISE, ENGINE, EXERCISE_PUT, put)
        return replace(decision, passes=False, exercise=exercise)

    def _waiting(
        self, session: Session, lesson: Lesson, review: ReviewRecord, decision: GateDecision, last: GateEventRow
    ) -> GateDecision:
        """The same decision again, with the exercise that it waits for."""
        put = last.evidence.get(RECORDED, {}).get("put")
        if put is None:
            return replace(decision, passes=decision.passes and last.action == GateAction.PASS)
        exercise = exercise_of(lesson, _files(session, review.files), review.id, put["number"])
        return replace(decision, passes=False, exercise=exercise)

    def exercise_waits(self, person_id: str, lesson_id: str) -> bool:
        with self._storage.begin() as session:
            last = _last(session, person_id, lesson_id)
        return (
            last is not None
            and last.evidence.get(RECORDED, {}).get("put") is not None
            and last.action != GateAction.PASS
        )

    def waiting_exercise(self, person_id: str, lesson: Lesson) -> FaultExercise | None:
        with self._storage.begin() as session:
            last = _last(session, person_id, lesson.id)
            put = last.evidence.get(RECORDED, {}).get("put") if last and last.action != GateAction.PASS else None
            return _another(session, lesson, last.evidence["review"], put["number"]) if last and put else None

    def answer_exercise(self, person_id: str, lesson: Lesson, said: str, key: str) -> ExerciseOutcome | None:
        """Grades by code; the same turn again gives the same outcome. None where nothing waits for an answer."""
        with self._storage.begin() as session:
            last = _last(session, person_id, lesson.id)
            kept = last.evidence.get(RECORDED, {}) if last is not None else {}
            if last is not None and kept.get("turn") == key:
                return self._outcome(session, lesson, last)
            if last is None or kept.get("put") is None or last.action == GateAction.PASS:
                return None
            number, answer = kept["put"]["number"], " ".join(said.split())[:40]
            record = {"turn": key, "number": number, "said": answer, "asked": kept["put"]}
            base = {name: last.evidence[name] for name in ("review", "judgements")}
            if is_right(kept["put"], said):
                found = {**base, RECORDED: {**record, "found": True}}
                _move(session, person_id, lesson.id, GateAction.PASS, ENGINE, EXERCISE_FOUND, found)
                self._unlock_next(session, person_id, lesson.id)
            else:
                another = _another(session, lesson, last.evidence["review"], number + 1)
                missed = {**base, RECORDED: {**record, "found": False, "put": another and another.on_record()}}
                _move(session, person_id, lesson.id, GateAction.REVISE, ENGINE, EXERCISE_MISSED, missed)
            moved = _last(session, person_id, lesson.id)
            return self._outcome(session, lesson, moved) if moved else None

    def _outcome(self, session: Session, lesson: Lesson, event: GateEventRow) -> ExerciseOutcome:
        kept = event.evidence[RECORDED]
        put = kept.get("put")
        another = _another(session, lesson, event.evidence["review"], put["number"]) if put else None
        return ExerciseOutcome(bool(kept.get("found")), another)

    def waive_exercise(self, person_id: str, lesson_id: str, by: Person, reason: str) -> bool:
        """Passes a gate that waits for nothing but its exercise; False where none waits."""
        _check_instructor(by, reason)
        with self._storage.begin() as session:
            last = _last(session, person_id, lesson_id)
            if last is None or RECORDED not in last.evidence or last.action == GateAction.PASS:
                return False
            base = {name: last.evidence[name] for name in ("review", "judgements")}
            waived = {**base, "role": by.role.value, RECORDED: {"waived": True}}
            _move(session, person_id, lesson_id, GateAction.PASS, by.id, reason, waived)
            self._unlock_next(session, person_id, lesson_id)
            return True

    def _before(self, review: ReviewRecord) -> tuple[Judgement, ...]:
        known = self._reviews.all(review.person_id, review.lesson_id)
        if any(judgement.number > review.number for judgement in known):
            raise ConcurrentChange("There is a newer submission already; look at that one.")
        former = [judgement for judgement in known if judgement.number < review.number]
        return former[-1].judgements if former else ()

    def waive(self, person_id: str, lesson_id: str, by: Person, reason: str) -> None:
        _check_instructor(by, reason)
        with self._storage.begin() as session:
            _move(session, person_id, lesson_id, GateAction.WAIVE, by.id, reason, {"role": by.role.value})
            self._unlock_next(session, person_id, lesson_id)

    def reopen(self, person_id: str, lesson_id: str, by: Person, reason: str) -> None:
        _check_instructor(by, reason)
        with self._storage.begin() as session:
            _move(session, person_id, lesson_id, GateAction.REOPEN, by.id, reason, {"role": by.role.value})

    def _unlock_next(self, session: Session, person_id: str, lesson_id: str) -> None:
        following = self._course.next_after(lesson_id)
        row = session.get(GateRow, (person_id, following.id)) if following else None
        if following and row is not None and row.state == GateState.LOCKED:
            _move(session, person_id, following.id, GateAction.UNLOCK, ENGINE, f"{lesson_id} is done")


def _view(row: GateRow) -> GateView:
    return GateView(row.lesson_id, GateState(row.state), row.version, row.since)


def _rests_on(event: GateEventRow, evidence: Mapping[str, Any]) -> bool:
    return {name: event.evidence.get(name) for name in evidence} == evidence


def _files(session: Session, files: Mapping[str, str]) -> Upload:
    return Upload.of(fetch(session, files))


def _another(session: Session, lesson: Lesson, review_id: str, number: int) -> FaultExercise | None:
    review = session.get(ReviewRow, review_id)
    if review is None or number > MAX_TWINS:
        return None
    return exercise_of(lesson, _files(session, review.files), review_id, number)


def _check_instructor(by: Person, reason: str) -> None:
    if not by.is_instructor:
        raise NotAllowed("Only an instructor can do that.")
    if not reason.strip():
        raise NotAllowed("Please give the reason; it stands in the record.")


def _move(
    session: Session,
    person_id: str,
    lesson_id: str,
    action: GateAction,
    actor: str,
    reason: str,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    row, last = _gate(session, person_id, lesson_id), _last(session, person_id, lesson_id)
    sequence, now = row.version, datetime.now(UTC)
    row.state, row.since = next_state(GateState(row.state), action).value, now
    session.flush()  # StaleDataError here, before the event, when somebody else was first
    event = GateEventRow(
        person_id=person_id,
        lesson_id=lesson_id,
        sequence=sequence,
        action=action.value,
        state=row.state,
        actor=actor,
        reason=storable(reason),
        evidence=storable(dict(evidence or {})),
        previous=last.digest if last else "",
        created_at=now,
    )
    event.digest = event_digest(event)
    session.add(event)
    session.flush()


def _states(session: Session, person_id: str) -> dict[str, str]:
    return {row.lesson_id: row.state for row in session.scalars(select(GateRow).where(GateRow.person_id == person_id))}


def _gate(session: Session, person_id: str, lesson_id: str) -> GateRow:
    row = session.get(GateRow, (person_id, lesson_id))
    if row is None:
        raise NotFound("This person is not enrolled in that lesson.")
    return row


def _last(session: Session, person_id: str, lesson_id: str) -> GateEventRow | None:
    events: Select[GateEventRow] = select(GateEventRow).where(
        GateEventRow.person_id == person_id, GateEventRow.lesson_id == lesson_id
    )
    return session.scalars(events.order_by(GateEventRow.sequence.desc()).limit(1)).first()


def event_digest(event: GateEventRow) -> str:
    """Chains the events of a gate: each covers the digest of the one before."""
    said = {
        "gate": [event.person_id, event.lesson_id, event.sequence],
        "what": [event.action, event.state, event.actor, event.reason],
        "when": event.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "evidence": event.evidence,
        "previous": event.previous,
    }
    return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _reason(decision: GateDecision) -> str:
    if decision.passes:
        return "every required criterion is met"
    parts = [f"open: {', '.join(decision.open)}" if decision.open else ""]
    parts.append(f"waiting: {', '.join(decision.waiting)}" if decision.waiting else "")
    return "; ".join(part for part in parts if part)
