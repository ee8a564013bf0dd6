"""The independent verifier: recomputes every gate from the events, the files and the receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.errors import IllegalTransition
from agent.gatekeeping import event_digest
from agent.gates import GateAction, GateState, decide, next_state
from agent.judgements import Judgement
from agent.records import BuildReceiptRow, DecisionRow, GateEventRow, GateRow, InspectionRow, ReviewRow
from agent.reviews import from_json
from agent.storage import Storage
from agent.submissions import fetch
from knowledge.course import Course
from tools.files import SourceFile, Upload
from tools.findings import Verdict


@dataclass(frozen=True)
class Discrepancy:
    person_id: str
    lesson_id: str
    what: str


def verify(storage: Storage, course: Course) -> list[Discrepancy]:
    """Every difference between what the records say and what follows from them; empty when all is well."""
    with storage.begin() as session:
        events = session.scalars(
            select(GateEventRow).order_by(GateEventRow.person_id, GateEventRow.lesson_id, GateEventRow.sequence)
        ).all()
        chains = {key: list(chain) for key, chain in groupby(events, lambda one: (one.person_id, one.lesson_id))}
        found = [Discrepancy(*key, what) for key, chain in chains.items() for what in _chain(session, course, chain)]
        for gate in session.scalars(select(GateRow)):
            last = chains.get((gate.person_id, gate.lesson_id), [])
            expected = last[-1].state if last else GateState.LOCKED.value
            if gate.state != expected:
                found.append(Discrepancy(gate.person_id, gate.lesson_id, f"is {gate.state}, the events say {expected}"))
    return found


def _chain(session: Session, course: Course, chain: Sequence[GateEventRow]) -> Iterator[str]:
    state, previous = GateState.LOCKED, ""
    for event in chain:
        if event.previous != previous or event.digest != event_digest(event):
            yield f"event {event.sequence} was changed, or one before it is missing"
        try:
            state = next_state(state, GateAction(event.action))
        except IllegalTransition as error:
            yield f"event {event.sequence}: {error}"
        if state.value != event.state:
            yield f"event {event.sequence} says {event.state}, the table gives {state.value}"
            state = GateState(event.state)
        if "review" in event.evidence:
            yield from _evidence(session, course, event)
        previous = event.digest


def _evidence(session: Session, course: Course, event: GateEventRow) -> Iterator[str]:
    review, lesson = session.get(ReviewRow, event.evidence["review"]), course.lesson(event.lesson_id)
    if review is None or lesson is None:
        yield f"event {event.sequence} names a review or a lesson that is not there"
        return
    files = fetch(session, review.files)
    if Upload.of(files).digest != review.upload_digest:
        yield f"review {review.number}: its files are not the ones that were judged"
    judgements = from_json(event.evidence)
    for one in judgements:
        yield from (
            f"review {review.number}, {one.criterion}: {what}" for what in _unfounded(session, review, one, files)
        )
    if event.action == GateAction.PASS and not decide(lesson.rubric, judgements, _before(session, review)).passes:
        yield f"event {event.sequence} passes the gate, its judgements do not"


def _before(session: Session, review: ReviewRow) -> tuple[Judgement, ...]:
    former = session.scalars(
        select(ReviewRow).where(
            ReviewRow.person_id == review.person_id,
            ReviewRow.lesson_id == review.lesson_id,
            ReviewRow.number == review.number - 1,
        )
    ).first()
    return from_json(former.judgements) if former else ()


def _unfounded(session: Session, review: ReviewRow, judgement: Judgement, files: Sequence[SourceFile]) -> Iterator[str]:
    """A `met` stands on spans that hold or on a receipt that exists; anything else is unearned."""
    by_path = {file.path: file for file in files}
    for span in judgement.spans:
        if span.file not in by_path or not span.holds_in(by_path[span.file]):
            yield f"the quote from {span.file} is not there"
    if judgement.verdict is Verdict.MET:
        yield from _unattested(session, review, judgement)


def _unattested(session: Session, review: ReviewRow, judgement: Judgement) -> Iterator[str]:
    receipt = judgement.receipt
    if receipt is None:
        if not judgement.spans:
            yield "is met without evidence"
    elif receipt.kind == "inspection":
        row = session.get(InspectionRow, receipt.digest)
        verdicts = row.inspection["criteria"].values() if row else ()
        if receipt.digest != review.upload_digest or Verdict.MET.value not in verdicts:
            yield "rests on an inspection that is not there"
    elif receipt.kind == "build":
        if session.get(BuildReceiptRow, receipt.digest) is None:
            yield "rests on a build receipt that is not there"
    elif session.get(DecisionRow, (review.id, judgement.criterion)) is None:
        yield "rests on a decision that nobody made"
