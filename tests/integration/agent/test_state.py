"""The records on real databases: the same tests on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agent import ledger
from agent.asked import Asked
from agent.errors import ConcurrentChange, ConfigurationInvalid, IllegalTransition, NotAllowed, StorageUnavailable
from agent.gatekeeping import Gates
from agent.gates import GateState
from agent.hints import Hints
from agent.inbox import Inbox
from agent.learners import Learners
from agent.outbox import Outbox
from agent.receipts import Receipts
from agent.records import APPEND_ONLY, Base
from agent.reviews import Reviews
from agent.storage import Storage
from agent.submissions import Submissions
from tests.samples import INSTRUCTOR, LEARNER, PLAN, UPLOAD, course, held, met, unmet
from tools.builder import BuildReceipt, Outcome
from tools.files import SourceFile, Upload
from tools.findings import Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def gates(storage: Storage) -> Gates:
    Learners(storage).remember(LEARNER, NOW)
    made = Gates(storage, course(), Reviews(storage))
    made.enrol(LEARNER.id)
    return made


def test_the_migration_makes_exactly_the_tables(storage: Storage) -> None:
    with storage.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_an_unmigrated_database_says_what_to_run(database_url: str) -> None:
    with pytest.raises(StorageUnavailable, match="tutor migrate"):
        Storage.open(database_url, migrate=False)


def test_an_unusable_address_names_the_setting() -> None:
    with pytest.raises(ConfigurationInvalid, match="TUTOR_DATABASE_URL"):
        Storage.open("nonsense")


def test_passing_unlocks_the_next_lesson_in_the_ledger(gates: Gates, storage: Storage) -> None:
    review = Reviews(storage).record(LEARNER.id, "first", UPLOAD, [met("P1"), met("P2"), met("P3")], "m1")
    assert gates.review(LEARNER.id, "first", review).passes
    assert gates.view(LEARNER.id, "first").state is GateState.PASSED
    assert gates.view(LEARNER.id, "second").state is GateState.OPEN
    assert gates.current(LEARNER.id) == "second"
    assert ledger.verify(storage, course()) == []


def test_a_held_criterion_passes_by_an_instructors_decision(gates: Gates, storage: Storage) -> None:
    reviews = Reviews(storage)
    review = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), held("P2"), met("P3")], "m1")
    assert not gates.review(LEARNER.id, "first", review).passes
    assert [one.judgement.criterion for one in reviews.held("first")] == ["P2"]
    decided = reviews.decide(review.id, "P2", Verdict.MET, INSTRUCTOR, "seen it run")
    assert gates.review(LEARNER.id, "first", decided).passes
    assert reviews.held("first") == []
    assert ledger.verify(storage, course()) == []


def test_a_learner_cannot_decide_waive_or_reopen(gates: Gates, storage: Storage) -> None:
    review = Reviews(storage).record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1")
    with pytest.raises(NotAllowed):
        Reviews(storage).decide(review.id, "P1", Verdict.MET, LEARNER, "")
    with pytest.raises(NotAllowed):
        gates.waive(LEARNER.id, "first", LEARNER, "please")


def test_revision_shows_what_improved_and_what_was_lost(gates: Gates, storage: Storage) -> None:
    reviews = Reviews(storage)
    first = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2"), met("P3")], "m1")
    gates.review(LEARNER.id, "first", first)
    second = reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1"), met("P2"), met("P3")], "m2")
    decision = gates.review(LEARNER.id, "first", second)
    assert (decision.improved, decision.regressed) == (("P2",), ("P1",))
    assert gates.view(LEARNER.id, "first").state is GateState.REVIEWED


def test_waiving_needs_a_reason_and_reopening_a_closed_gate(gates: Gates, storage: Storage) -> None:
    with pytest.raises(NotAllowed, match="reason"):
        gates.waive(LEARNER.id, "first", INSTRUCTOR, " ")
    with pytest.raises(IllegalTransition):
        gates.reopen(LEARNER.id, "first", INSTRUCTOR, "a second look")
    gates.waive(LEARNER.id, "first", INSTRUCTOR, "did it at work")
    gates.reopen(LEARNER.id, "first", INSTRUCTOR, "a second look")
    assert gates.view(LEARNER.id, "first").state is GateState.REOPENED
    assert ledger.verify(storage, course()) == []


def test_of_eight_racing_changes_one_wins(gates: Gates, storage: Storage) -> None:
    won: list[bool] = []
    start = threading.Barrier(8)

    def waive() -> None:
        start.wait()
        try:
            gates.waive(LEARNER.id, "first", INSTRUCTOR, "race")
            won.append(True)
        except (ConcurrentChange, IllegalTransition, StorageUnavailable):
            won.append(False)

    threads = [threading.Thread(target=waive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(won) == 1
    assert ledger.verify(storage, course()) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_ledger_cannot_be_rewritten(gates: Gates, storage: Storage, table: str) -> None:
    review = Reviews(storage).record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1")
    Reviews(storage).decide(review.id, "P1", Verdict.MET, INSTRUCTOR, "")
    Receipts(storage).save(LEARNER.id, BuildReceipt("sha256:a", Outcome.BUILT, "Built."))
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET created_at = created_at"):
        with pytest.raises(DBAPIError, match="append-only"), storage.engine.begin() as connection:
            connection.execute(text(statement))


def _drop_guards(storage: Storage, table: str) -> None:
    with storage.engine.begin() as connection:
        if storage.engine.dialect.name == "sqlite":
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))


TAMPERING: dict[str, Callable[[Storage], tuple[str, str]]] = {
    "a gate's state": lambda _: ("gates", "UPDATE gates SET state = 'passed' WHERE lesson_id = 'first'"),
    "an event": lambda _: ("gate_events", "UPDATE gate_events SET reason = 'other' WHERE sequence = 2"),
    "a file": lambda _: ("artefacts", "DELETE FROM artefacts"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found(gates: Gates, storage: Storage, what: str) -> None:
    review = Reviews(storage).record(LEARNER.id, "first", UPLOAD, [met("P1"), unmet("P2")], "m1")
    gates.review(LEARNER.id, "first", review)
    table, statement = TAMPERING[what](storage)
    if table in APPEND_ONLY:
        _drop_guards(storage, table)
    with storage.engine.begin() as connection:
        connection.execute(text(statement))
    assert ledger.verify(storage, course())


def test_an_unearned_pass_is_found(gates: Gates, storage: Storage) -> None:
    bare = [one.__class__(one.criterion, one.verdict) for one in (met("P1"), met("P2"), met("P3"))]
    review = Reviews(storage).record(LEARNER.id, "first", UPLOAD, bare, "m1")
    gates.review(LEARNER.id, "first", review)
    assert any("without evidence" in one.what for one in ledger.verify(storage, course()))


def test_the_workspace_holds_the_newest_of_each_file(gates: Gates, storage: Storage) -> None:
    submissions = Submissions(storage)
    dockerfile = SourceFile("Dockerfile", b"FROM python:3.12\n")
    submissions.record_upload(LEARNER.id, "first", Upload.of([PLAN, dockerfile]), "m1")
    renamed = SourceFile("hardening-plan.md", b"A new plan.\n")
    submissions.record_upload(LEARNER.id, "first", Upload.of([renamed]), "m2")
    submissions.record_upload(LEARNER.id, "first", Upload.of([renamed]), "m2")
    assert [file.path for file in submissions.workspace(LEARNER.id, "first")] == [
        "Dockerfile",
        "hardening-plan.md",
    ]


def test_hints_are_kept_for_learner_and_criterion(gates: Gates, storage: Storage) -> None:
    hints = Hints(storage)
    assert [hints.give(LEARNER.id, "first", "P1") for _ in range(20)] == [1] * 20
    assert hints.attempt(LEARNER.id, "first", "P1", "sha256:a")
    assert not hints.attempt(LEARNER.id, "first", "P1", "sha256:a")
    assert hints.give(LEARNER.id, "first", "P1") == 2
    assert hints.give(LEARNER.id, "first", "P2") == 1


def test_one_question_waits_in_a_conversation(gates: Gates, storage: Storage) -> None:
    asked = Asked(storage)
    asked.ask(LEARNER.id, "first", "q1", "c")
    asked.ask(LEARNER.id, "first", "q2", "c")
    assert asked.pending(LEARNER.id, "c") == "q2"
    assert asked.pending(LEARNER.id, "other") is None
    asked.answered(LEARNER.id, "first", "q2", ["p"])
    assert asked.pending(LEARNER.id, "c") is None
    assert asked.already_asked(LEARNER.id, "first") == {"q1", "q2"}


def test_a_message_is_accepted_once(storage: Storage) -> None:
    inbox = Inbox(storage)
    assert inbox.accept("T:C:1", "T:C", {"text": "hello"})
    assert not inbox.accept("T:C:1", "T:C", {"text": "hello again"})
    assert inbox.load("T:C:1") == {"text": "hello"}
    assert inbox.unfinished() == [("T:C:1", "T:C")]
    inbox.finish("T:C:1")
    assert inbox.unfinished() == []
    assert inbox.purge(datetime.now(UTC) + timedelta(days=1)) == 1


def test_a_waiting_message_holds_its_channel_back(storage: Storage) -> None:
    outbox = Outbox(storage)
    assert outbox.put("a", "C1", {"text": "first"})
    assert not outbox.put("a", "C1", {"text": "first"})
    outbox.put("b", "C1", {"text": "second"})
    outbox.put("c", "C2", {"text": "elsewhere"})
    assert outbox.failed("a", "ratelimited", retry_after=60)
    assert [one.key for one in outbox.due()] == ["c"]
    outbox.sent("c", "1.2")
    assert (outbox.where("c"), outbox.due()) == ("1.2", [])


def test_a_greeting_is_given_once(gates: Gates, storage: Storage) -> None:
    learners = Learners(storage)
    assert [learners.greet(LEARNER.id) for _ in range(3)] == [True, False, False]
    assert learners.named("learner a") == LEARNER
    assert learners.named("U1") == LEARNER
    assert learners.named("nobody") is None
