"""The verifier finds what was done behind the tutor's back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from sqlalchemy import ColumnElement, Delete, Update, and_, delete, select, text, update

from agent.domain.verdicts import Judgement, Receipt, Span
from agent.grading import verification
from agent.grading.gate_service import GateService, event_digest
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews, to_json
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from agent.storage.tables import UNCHANGEABLE, ArtefactRow, DecisionRow, GateEventRow, GateRow, ReviewRow
from knowledge.course.pack import Course
from tests.samples import INPUTS, INSTRUCTOR, LEARNER, PLAN, UPLOAD, course, criterion, held, lesson, met, unmet
from tools.artefacts.registry import aspects
from tools.findings import Inspection, Verdict
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.run_report import RunReport

TOOLS = replace(criterion("D1", judged_by="inspection"), aspect="D1"), criterion("D6", judged_by="receipt")
TOOLED = Course("course", "A course", "", (lesson("first", 1, *TOOLS),))


@pytest.fixture
def passed(gates: GateService, reviews: Reviews, storage: Storage) -> Storage:
    """A ledger with a first review, a decision, a pass, and an honest record of it all."""
    first = reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1"), held("P2"), met("P3")], "m1")
    gates.review(LEARNER.id, "first", first)
    second = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), held("P2"), met("P3")], "m2")
    gates.review(LEARNER.id, "first", second)
    gates.review(LEARNER.id, "first", reviews.decide("m2", "P2", Verdict.MET, INSTRUCTOR, "seen it"))
    gates.waive(LEARNER.id, "second", INSTRUCTOR, "did it at work")
    assert verification.verify(storage, course()) == []
    return storage


def _guards(storage: Storage, *, on: bool) -> None:
    """Takes the triggers away and sets them again, as somebody with the database in hand could."""
    with storage.engine.begin() as connection:
        if storage.engine.dialect.name == "postgresql":
            for table in UNCHANGEABLE:
                connection.execute(text(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER"))
        elif on:
            for statement in connection.execute(text("SELECT sql FROM kept_triggers")).scalars().all():
                connection.execute(text(statement))
        else:
            connection.execute(
                text("CREATE TABLE kept_triggers AS SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            )
            for name in connection.execute(text("SELECT name FROM kept_triggers")).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))


def _found_after(storage: Storage, *changes: Update | Delete) -> str:
    _guards(storage, on=False)
    with storage.engine.begin() as connection:
        for change in changes:
            connection.execute(change)
    _guards(storage, on=True)
    return "\n".join(one.what for one in verification.verify(storage, course()))


def _event(sequence: int) -> ColumnElement[bool]:
    return and_(GateEventRow.lesson_id == "first", GateEventRow.sequence == sequence)


FIRST = GateRow.lesson_id == "first"
TAMPERING: dict[str, tuple[Update | Delete, str]] = {
    "a gate's state": (update(GateRow).where(FIRST).values(state="open"), "is open, the events say passed"),
    "a gate's version": (update(GateRow).where(FIRST).values(version=9), "was changed 8 times"),
    "a gate's date": (update(GateRow).where(FIRST).values(since=datetime(2026, 1, 1, tzinfo=UTC)), "another date"),
    "a gate's row": (delete(GateRow).where(FIRST), "has events and no gate"),
    "an event's reason": (update(GateEventRow).where(_event(2)).values(reason="other"), "event 2 was changed"),
    "an event's date": (
        update(GateEventRow).where(_event(3)).values(created_at=datetime(2026, 1, 1, tzinfo=UTC)),
        "event 3 was changed",
    ),
    "an event's actor": (update(GateEventRow).where(_event(2)).values(actor="T1:U7"), "event 2 was changed"),
    "an event in the middle": (delete(GateEventRow).where(_event(3)), "event 3 is missing"),
    "the last event": (delete(GateEventRow).where(_event(6)), "is passed, the events say reviewed"),
    "the evidence": (update(GateEventRow).where(_event(6)).values(evidence={"review": "m2"}), "cannot be read"),
    "the review behind": (update(GateEventRow).where(_event(6)).values(evidence={}), "a review or a lesson"),
    "an unknown action": (update(GateEventRow).where(_event(6)).values(action="bribe"), "cannot be read"),
    "a move off the table": (update(GateEventRow).where(_event(6)).values(action="reopen"), "is no move of the table"),
    "another state": (update(GateEventRow).where(_event(6)).values(state="waived"), "the table gives passed"),
    "a file": (
        update(ArtefactRow).values(data=b"Something else.\n"),
        "P1, which quotes what does not stand in plan.md",
    ),
    "a file's name": (update(ReviewRow).values(files={"other.md": PLAN.digest}), "whose files are not the ones"),
    "a lost file": (delete(ArtefactRow), "whose files are not the ones"),
    "a review": (
        update(ReviewRow).where(ReviewRow.id == "m1").values(judgements=to_json([met("P1"), held("P2"), met("P3")])),
        "differs from review 1 on record",
    ),
    "a decision": (delete(DecisionRow), "P2, which rests on a decision that nobody made"),
    "a decision's verdict": (update(DecisionRow).values(verdict="not met"), "differs from review 2 on record"),
    "who decided": (update(DecisionRow).values(by=LEARNER.id), "rests on the learner's own decision"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found(passed: Storage, what: str) -> None:
    change, finding = TAMPERING[what]
    assert finding in _found_after(passed, change)


def test_a_forger_who_chains_the_digests_anew_is_found_by_the_rule(
    gates: GateService, reviews: Reviews, storage: Storage
) -> None:
    review = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2"), met("P3")], "m1")
    gates.review(LEARNER.id, "first", review)
    with storage.begin() as session:
        event = session.scalars(select(GateEventRow).where(_event(3))).one()
        session.expunge(event)
    event.action, event.state = "pass", "passed"
    forged = update(GateEventRow).where(_event(3)).values(action="pass", state="passed", digest=event_digest(event))
    found = _found_after(storage, forged, update(GateRow).where(FIRST).values(state="passed"))
    assert found == "event 3 says pass, its judgements say otherwise"


def test_a_ledger_without_its_guards_is_reported(passed: Storage) -> None:
    _guards(passed, on=False)
    found = {one.what for one in verification.verify(passed, course())}
    assert {f"the trigger {table}_no_update is gone" for table in UNCHANGEABLE} <= found or {
        f"the trigger {table}_no_change is gone" for table in UNCHANGEABLE
    } <= found


@pytest.mark.parametrize("garbage", ["evidence = '{'", "created_at = 'yesterday'"])
def test_garbage_in_the_ledger_is_reported(passed: Storage, garbage: str) -> None:
    if passed.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL refuses such values itself")
    _guards(passed, on=False)
    with passed.engine.begin() as connection:
        connection.execute(text(f"UPDATE gate_events SET {garbage}"))
    assert "cannot be read" in verification.verify(passed, course())[0].what


def test_an_override_that_no_instructor_made_is_found(gates: GateService, storage: Storage) -> None:
    gates.waive(LEARNER.id, "first", replace(INSTRUCTOR, id=LEARNER.id), "myself")
    assert [one.what for one in verification.verify(storage, course())] == ["event 2 needs an instructor and a reason"]


def _pass_with(storage: Storage, lessons: Course, *judgements: Judgement) -> list[str]:
    """What the verifier says to a gate that these judgements moved."""
    reviews = Reviews(storage)
    gates = GateService(storage, lessons, reviews)
    gates.enrol(LEARNER.id)
    gates.review(LEARNER.id, "first", reviews.record(LEARNER.id, "first", UPLOAD, judgements, "m1"))
    return sorted({one.what.partition("which ")[2] for one in verification.verify(storage, lessons)})


def test_a_pass_without_evidence_is_found(storage: Storage, people: LearnerDirectory) -> None:
    bare = [Judgement(name, Verdict.MET) for name in ("P1", "P2")]
    assert _pass_with(storage, course(), *bare) == ["is met without evidence"]


def test_a_quote_that_is_elsewhere_is_found(storage: Storage, people: LearnerDirectory) -> None:
    moved = replace(Span.cut(PLAN, 0, 18), start=3, end=21)
    invented = replace(Span.cut(PLAN, 0, 18), quote="Backups every hour")
    judgements = [Judgement("P1", Verdict.MET, spans=(moved,)), Judgement("P2", Verdict.MET, spans=(invented,))]
    assert _pass_with(storage, course(), *judgements) == ["quotes what does not stand in plan.md"]


def _inspection(verdict: Verdict) -> Inspection:
    return Inspection(UPLOAD.digest, MappingProxyType(dict.fromkeys(aspects(), verdict)))


def _receipt(kind: str, digest: str) -> Receipt:
    return Receipt(kind, digest, "met")


RUNS = BuildReceipt(INPUTS, Outcome.BUILT, "Built.", run=RunReport(True, True, None, 0.5))
FAILS = replace(RUNS, outcome=Outcome.FAILED, run=None)


def test_verdicts_on_receipts_hold(storage: Storage, people: LearnerDirectory) -> None:
    receipts = Receipts(storage)
    receipts.save_inspection(_inspection(Verdict.MET))
    receipts.save(LEARNER.id, RUNS)
    inspected = Judgement("D1", Verdict.MET, receipt=_receipt("inspection", UPLOAD.digest))
    built = Judgement("D6", Verdict.MET, receipt=_receipt("build", INPUTS))
    assert _pass_with(storage, TOOLED, inspected, built) == []
    receipts.save(LEARNER.id, FAILS)
    assert verification.verify(storage, TOOLED) == []


def test_verdicts_that_their_receipts_do_not_carry_are_found(storage: Storage, people: LearnerDirectory) -> None:
    receipts = Receipts(storage)
    receipts.save_inspection(_inspection(Verdict.NOT_MET))
    receipts.save(LEARNER.id, FAILS)
    inspected = Judgement("D1", Verdict.MET, receipt=_receipt("inspection", UPLOAD.digest))
    built = Judgement("D6", Verdict.MET, receipt=_receipt("build", INPUTS))
    assert _pass_with(storage, TOOLED, inspected, built) == [
        "rests on a build receipt that is not there, or says otherwise",
        "rests on an inspection that is not there, or says otherwise",
    ]


def test_a_tools_criterion_is_not_met_by_words(storage: Storage, people: LearnerDirectory) -> None:
    quoted = [replace(met("P1"), criterion=name) for name in ("D1", "D6")]
    assert _pass_with(storage, TOOLED, *quoted) == ["is met without evidence"]


def test_receipts_of_another_kind_are_found(storage: Storage, people: LearnerDirectory) -> None:
    swapped = [
        Judgement("D1", Verdict.MET, receipt=_receipt("build", INPUTS)),
        Judgement("D6", Verdict.MET, receipt=_receipt("inspection", UPLOAD.digest)),
    ]
    assert _pass_with(storage, TOOLED, *swapped) == [
        "rests on a receipt of the wrong kind: build",
        "rests on a receipt of the wrong kind: inspection",
    ]
