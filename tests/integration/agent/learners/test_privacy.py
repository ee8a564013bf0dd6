"""A learner can have deleted what is stored of them; what their gate stands on stays, and still verifies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.memory import InMemorySaver
from sqlalchemy import inspect, text

from agent.delivery.inbox import Inbox
from agent.domain.people import Person
from agent.domain.verdicts import Judgement, Receipt
from agent.grading import verification
from agent.grading.gate_service import GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.privacy import PrivacyService
from agent.learners.questions_asked import QuestionsAsked
from agent.storage.database import Storage
from tests.samples import INPUTS, LEARNER, UPLOAD, course, met
from tools.findings import Verdict
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.run_report import RunReport
from tools.uploads.files import SourceFile, Upload

OTHER = Person("T1:U2", "Learner B")
RAN = RunReport(started=True, stayed_up=True, exit_code=None, stop_seconds=0.5)
SECRET = Upload.of([SourceFile("notes.md", b"nobody's business")])
SHARED = Upload.of([SourceFile("Dockerfile", b"FROM python:3.12\n")])


@pytest.fixture
def saver() -> InMemorySaver:
    return InMemorySaver()


def _talk(saver: InMemorySaver, thread: str) -> None:
    config: Any = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    saver.put(config, empty_checkpoint(), {}, {})


@pytest.fixture
def busy(storage: Storage, gates: GateService, people: LearnerDirectory, saver: InMemorySaver) -> Storage:
    """A learner with a passed gate and much besides, and another one."""
    people.remember(OTHER, datetime.now(UTC))
    submissions, reviews, receipts = Submissions(storage), Reviews(storage), Receipts(storage)
    for number, upload in enumerate((UPLOAD, SECRET, SHARED)):
        submissions.record_upload(LEARNER.id, "first", upload, f"m{number}")
    submissions.record_upload(OTHER.id, "first", SHARED, "m9")
    built = Judgement("P2", Verdict.MET, spans=met("P2").spans, receipt=Receipt("build", INPUTS, "built"))
    for inputs in (INPUTS, "sha256:gone"):
        receipts.save(LEARNER.id, BuildReceipt(inputs, Outcome.BUILT, "Built.", run=RAN))
    reviews.draft(LEARNER.id, "first", [met("P1")])
    gates.review(LEARNER.id, "first", reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), built], "r1"))
    Hints(storage).give(LEARNER.id, "first", "P1")
    Hints(storage).attempt(LEARNER.id, "first", "P1", "sha256:a")
    QuestionsAsked(storage).ask(LEARNER.id, "first", "q1", "T:D1")
    inbox = Inbox(storage)
    inbox.accept("T:D1:1", "T:D1", {"text": "nobody's business"}, person_id=LEARNER.id)
    inbox.accept("T:D2:1", "T:D2", {"text": "another's"}, person_id=OTHER.id)
    _talk(saver, "T:D1")
    _talk(saver, "T:D2")
    return storage


def test_what_is_a_persons_own_is_gone(busy: Storage, saver: InMemorySaver) -> None:
    forgotten = PrivacyService(busy, saver).forget(LEARNER.id)
    assert (forgotten.messages, forgotten.conversations, forgotten.files, forgotten.kept) == (1, 1, 1, 3)
    assert Inbox(busy).load("T:D1:1") is None
    assert len(Submissions(busy).workspace(LEARNER.id, "first")) == 0
    assert Hints(busy).level(LEARNER.id, "first", "P1") == 0
    assert QuestionsAsked(busy).already_asked(LEARNER.id, "first") == set()
    assert Receipts(busy).for_inputs("sha256:gone") is None
    assert [checkpoint.config["configurable"]["thread_id"] for checkpoint in saver.list(None)] == ["T:D2"]


def test_neither_name_nor_text_is_left_anywhere(busy: Storage, saver: InMemorySaver) -> None:
    PrivacyService(busy, saver).forget(LEARNER.id)
    with busy.engine.connect() as connection:
        for table in inspect(busy.engine).get_table_names():
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert LEARNER.name not in rows
            assert "nobody's business" not in rows


def test_the_gate_and_its_evidence_stay_and_verify(busy: Storage, gates: GateService, saver: InMemorySaver) -> None:
    state = gates.view(LEARNER.id, "first")
    PrivacyService(busy, saver).forget(LEARNER.id)
    assert gates.view(LEARNER.id, "first") == state
    assert Receipts(busy).for_inputs(INPUTS) is not None
    assert verification.verify(busy, course()) == []


def test_what_others_said_and_handed_in_stays(busy: Storage, saver: InMemorySaver) -> None:
    PrivacyService(busy, saver).forget(LEARNER.id)
    assert Submissions(busy).workspace(OTHER.id, "first") == SHARED
    assert Inbox(busy).load("T:D2:1") == {"text": "another's"}


def test_forgetting_somebody_unknown_or_twice_does_nothing(busy: Storage, saver: InMemorySaver) -> None:
    forgetting = PrivacyService(busy, saver)
    assert forgetting.forget("T1:U404").messages == 0
    forgetting.forget(LEARNER.id)
    assert forgetting.forget(LEARNER.id).files == 0
