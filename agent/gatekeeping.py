"""Moves gates by the table: a versioned row and an event in one transaction, with who, why and on what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.errors import NotAllowed, NotFound
from agent.gates import CLOSED, GateAction, GateDecision, GateState, decide, next_state
from agent.people import Person
from agent.records import GateEventRow, GateRow
from agent.reviews import ReviewRecord, Reviews, to_json
from agent.storage import Storage
from knowledge.course import Course

ENGINE = "engine"


@dataclass(frozen=True)
class GateView:
    lesson_id: str
    state: GateState
    version: int
    since: datetime


class Gates:
    def __init__(self, storage: Storage, course: Course, reviews: Reviews) -> None:
        self._storage, self._course, self._reviews = storage, course, reviews

    def enrol(self, person_id: str) -> None:
        """The first lesson's gate is open, the others are locked; a second call changes nothing."""
        with self._storage.begin() as session:
            for position, lesson in enumerate(self._course.lessons):
                if session.get(GateRow, (person_id, lesson.id)) is None:
                    session.add(_locked(person_id, lesson.id))
                    session.flush()
                    if position == 0:
                        self._move(session, person_id, lesson.id, GateAction.UNLOCK, ENGINE, "enrolled")

    def view(self, person_id: str, lesson_id: str) -> GateView:
        with self._storage.begin() as session:
            row = session.get(GateRow, (person_id, lesson_id))
        if row is None:
            return GateView(lesson_id, GateState.LOCKED, 0, datetime.now(UTC))
        return GateView(lesson_id, GateState(row.state), row.version, row.since)

    def current(self, person_id: str) -> str | None:
        """The first lesson whose gate is not behind the learner."""
        states = {one.id: self.view(person_id, one.id).state for one in self._course.lessons}
        return next((lesson for lesson, state in states.items() if state not in CLOSED), None)

    def review(self, person_id: str, lesson_id: str, review: ReviewRecord) -> GateDecision:
        """Decides on a recorded review, and moves the gate where it is to move."""
        lesson = self._course.lesson(lesson_id)
        if lesson is None:
            raise NotFound("That lesson is not part of this course.")
        decision = decide(lesson.rubric, review.judgements, self._before(review))
        with self._storage.begin() as session:
            state = GateState(_gate(session, person_id, lesson_id).state)
            if state in CLOSED:
                return decision
            evidence = {"review": review.id, "judgements": to_json(review.judgements)["judgements"]}
            if state in (GateState.OPEN, GateState.REOPENED) or not _is_reviewed(session, review):
                self._move(session, person_id, lesson_id, GateAction.SUBMIT, person_id, "handed in", evidence)
            action = GateAction.PASS if decision.passes else GateAction.REVISE
            self._move(session, person_id, lesson_id, action, ENGINE, _reason(decision), evidence)
            if decision.passes:
                self._unlock_next(session, person_id, lesson_id)
        return decision

    def _before(self, review: ReviewRecord) -> tuple[Any, ...]:
        former = [
            one for one in self._reviews.all(review.person_id, review.lesson_id) if one.number < review.number
        ]
        return former[-1].judgements if former else ()

    def waive(self, person_id: str, lesson_id: str, by: Person, reason: str) -> None:
        with self._storage.begin() as session:
            self._by_instructor(session, person_id, lesson_id, GateAction.WAIVE, by, reason)
            self._unlock_next(session, person_id, lesson_id)

    def reopen(self, person_id: str, lesson_id: str, by: Person, reason: str) -> None:
        with self._storage.begin() as session:
            self._by_instructor(session, person_id, lesson_id, GateAction.REOPEN, by, reason)

    def _by_instructor(
        self, session: Session, person_id: str, lesson_id: str, action: GateAction, by: Person, reason: str
    ) -> None:
        if not by.is_instructor:
            raise NotAllowed("Only an instructor can do that.")
        if not reason.strip():
            raise NotAllowed("Please give the reason; it stands in the record.")
        self._move(session, person_id, lesson_id, action, by.id, reason)

    def _unlock_next(self, session: Session, person_id: str, lesson_id: str) -> None:
        following = self._course.next_after(lesson_id)
        row = session.get(GateRow, (person_id, following.id)) if following else None
        if following and row is not None and row.state == GateState.LOCKED:
            self._move(session, person_id, following.id, GateAction.UNLOCK, ENGINE, f"{lesson_id} is done")

    def _move(
        self,
        session: Session,
        person_id: str,
        lesson_id: str,
        action: GateAction,
        actor: str,
        reason: str,
        evidence: Mapping[str, Any] | None = None,
    ) -> None:
        row = _gate(session, person_id, lesson_id)
        now = datetime.now(UTC)
        row.state, row.since = next_state(GateState(row.state), action).value, now
        sequence = row.version
        session.flush()  # StaleDataError here, before the event, when somebody else was first
        event = GateEventRow(
            person_id=person_id,
            lesson_id=lesson_id,
            sequence=sequence,
            action=action.value,
            state=row.state,
            actor=actor,
            reason=reason,
            evidence=dict(evidence or {}),
            previous=_last_digest(session, person_id, lesson_id),
            created_at=now,
        )
        event.digest = event_digest(event)
        session.add(event)
        session.flush()


def _locked(person_id: str, lesson_id: str) -> GateRow:
    return GateRow(person_id=person_id, lesson_id=lesson_id, state=GateState.LOCKED.value, since=datetime.now(UTC))


def _gate(session: Session, person_id: str, lesson_id: str) -> GateRow:
    row = session.get(GateRow, (person_id, lesson_id))
    if row is None:
        raise NotFound("This person is not enrolled in that lesson.")
    return row


def _is_reviewed(session: Session, review: ReviewRecord) -> bool:
    """Whether this very review moved the gate before: then an instructor's decision is what came now."""
    mine = (GateEventRow.person_id == review.person_id, GateEventRow.lesson_id == review.lesson_id)
    events = session.scalars(select(GateEventRow).where(*mine)).all()
    return any(event.evidence.get("review") == review.id for event in events)


def _last_digest(session: Session, person_id: str, lesson_id: str) -> str:
    mine = (GateEventRow.person_id == person_id, GateEventRow.lesson_id == lesson_id)
    last = session.scalars(select(GateEventRow).where(*mine).order_by(GateEventRow.sequence.desc())).first()
    return last.digest if last else ""


def event_digest(event: GateEventRow) -> str:
    """Chains the events of a gate: each covers the digest of the one before."""
    said = [
        event.person_id,
        event.lesson_id,
        event.sequence,
        event.action,
        event.state,
        event.actor,
        event.reason,
        event.evidence,
        event.previous,
    ]
    return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _reason(decision: GateDecision) -> str:
    if decision.passes:
        return "every required criterion is met"
    parts = [f"open: {', '.join(decision.open)}" if decision.open else ""]
    parts.append(f"waiting: {', '.join(decision.waiting)}" if decision.waiting else "")
    return "; ".join(part for part in parts if part)
