"""What is remembered of teaching: people, hints, questions, receipts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.domain.people import Person, Role
from agent.grading.receipts import Receipts
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.questions_asked import QuestionsAsked
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER
from tools.artefacts.registry import aspects
from tools.findings import Finding, Inspection, Severity, Verdict
from tools.sandbox.builder import BuildReceipt, LayerSize, Outcome
from tools.sandbox.run_report import RunReport


@pytest.fixture
def hints(storage: Storage, people: LearnerDirectory) -> Hints:
    return Hints(storage)


@pytest.fixture
def asked(storage: Storage, people: LearnerDirectory) -> QuestionsAsked:
    return QuestionsAsked(storage)


def test_a_greeting_is_given_once(people: LearnerDirectory) -> None:
    assert [people.greet(LEARNER.id) for _ in range(3)] == [True, False, False]


def test_people_are_found_by_id_and_by_name(people: LearnerDirectory) -> None:
    assert people.named(" learner a ", "T1") == LEARNER
    assert people.named("u1", "T1") == people.named("T1:U1", "T1") == LEARNER
    assert people.named("nobody", "T1") is None
    assert people.named("%", "T1") is None


def test_a_name_that_two_people_share_finds_nobody(people: LearnerDirectory) -> None:
    people.remember(Person("T1:U2", "LEARNER A"), datetime(2026, 1, 1, tzinfo=UTC))
    assert people.named("Learner A", "T1") is None


def test_names_in_any_script_are_compared_without_case(people: LearnerDirectory) -> None:
    accented = Person("T1:U2", "\u00c9lo\u00efse \u00d8")
    people.remember(accented, datetime(2026, 1, 1, tzinfo=UTC))
    assert people.named("\u00e9lo\u00efse \u00f8", "T1") == accented


def test_name_and_role_follow_the_caller(people: LearnerDirectory) -> None:
    people.remember(
        replace(LEARNER, name="Renamed", role=Role.INSTRUCTOR, cohort="7"),
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1),
    )
    assert people.find(LEARNER.id) == Person(LEARNER.id, "Renamed", Role.INSTRUCTOR, "7")
    assert people.learners("T1") == ()
    assert people.find("T1:U404") is None


def test_hints_are_kept_for_learner_and_criterion(hints: Hints) -> None:
    assert hints.level(LEARNER.id, "first", "P1") == 0
    assert [hints.give(LEARNER.id, "first", "P1") for _ in range(20)] == [1] * 20
    assert hints.attempt(LEARNER.id, "first", "P1", "sha256:a")
    assert not hints.attempt(LEARNER.id, "first", "P1", "sha256:a")
    assert [hints.give(LEARNER.id, "first", "P1") for _ in range(3)] == [2] * 3
    assert hints.give(LEARNER.id, "first", "P2") == hints.give(LEARNER.id, "second", "P1") == 1
    assert hints.give(INSTRUCTOR.id, "first", "P1") == 1
    hints.succeed(LEARNER.id, "first", "P1")
    assert hints.level(LEARNER.id, "first", "P1") == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["ask", "same attempt", "new attempt"]), max_size=15))
def test_only_new_attempts_raise_a_stored_level(hints: Hints, moves: list[str]) -> None:
    earned, level, where = 0, 0, f"lesson {uuid4()}"
    for number, move in enumerate(moves):
        if move == "ask":
            level = hints.give(LEARNER.id, where, "P1")
        else:
            digest = f"sha256:{number}" if move == "new attempt" else "sha256:same"
            earned += hints.attempt(LEARNER.id, where, "P1", digest)
    assert level <= 1 + earned


def test_one_question_waits_in_a_conversation(asked: QuestionsAsked) -> None:
    asked.ask(LEARNER.id, "first", "q1", "c")
    asked.ask(LEARNER.id, "first", "q2", "c")
    assert asked.pending(LEARNER.id, "c") == "q2"
    assert asked.pending(LEARNER.id, "other") is None
    assert asked.pending(INSTRUCTOR.id, "c") is None
    asked.answered(LEARNER.id, "first", "q2", ["p"])
    assert asked.pending(LEARNER.id, "c") is None
    assert asked.already_asked(LEARNER.id, "first") == {"q1", "q2"}
    assert asked.already_asked(LEARNER.id, "second") == set()


def test_a_question_put_again_waits_again(asked: QuestionsAsked) -> None:
    asked.ask(LEARNER.id, "first", "q1", "c")
    asked.answered(LEARNER.id, "first", "q1", ["p1"])
    asked.ask(LEARNER.id, "first", "q1", "c")
    assert asked.pending(LEARNER.id, "c") == "q1"
    asked.answered(LEARNER.id, "first", "q404", [])


RECEIPT = BuildReceipt(
    "sha256:in",
    Outcome.BUILT,
    "Built.",
    layers=(LayerSize("RUN x", 10),),
    entrypoint=("python", "-m", "app"),
    run=RunReport(started=True, stayed_up=False, exit_code=0, stop_seconds=None),
)


def test_the_newest_build_of_the_same_bytes_counts(storage: Storage, people: LearnerDirectory) -> None:
    receipts = Receipts(storage)
    assert receipts.for_inputs("sha256:in") is None
    receipts.save(LEARNER.id, RECEIPT)
    assert receipts.for_inputs("sha256:in") == RECEIPT
    worse = replace(RECEIPT, outcome=Outcome.TIMEOUT, run=None)
    receipts.save(LEARNER.id, worse)
    assert receipts.for_inputs("sha256:in") == worse


def test_the_same_bytes_get_the_same_inspection(storage: Storage, people: LearnerDirectory) -> None:
    receipts = Receipts(storage)
    finding = Finding("D101", "D1", Severity.ERROR, "Dockerfile", 1, 1, "No version.", "Which?", Verdict.NOT_MET)
    seen = Inspection(
        "sha256:up",
        MappingProxyType(dict.fromkeys(aspects(), Verdict.NOT_CHECKED)),
        (finding,),
        MappingProxyType({"hadolint": "2.15.1"}),
        MappingProxyType({"D5": (("Dockerfile", 3, 4),)}),
        MappingProxyType({"a.bin": "Send the text file."}),
    )
    assert receipts.inspection("sha256:up") is None
    receipts.save_inspection(seen)
    assert receipts.inspection("sha256:up") == seen
    receipts.save_inspection(replace(seen, findings=()))
    assert receipts.inspection("sha256:up") == seen
