"""Whatever an instructor asks, in whatever words: no gate, review or decision changes but by the one form for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.conversation.context import Services, TurnContext
from agent.conversation.instructors import answer
from agent.conversation.instructors.decisions import read_ruling
from agent.conversation.instructors.queries.query import Kind
from agent.conversation.instructors.queries.vocabulary import vocabulary
from agent.domain.gate import GateState
from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.errors import TutorError
from agent.grading.gate_service import GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.mastery import Mastery
from agent.learners.model_spending import ModelSpending
from agent.learners.progress import CohortProgress
from agent.storage.database import Storage
from agent.understanding.acts import About, Act, Reading
from tests.samples import INSTRUCTOR, UPLOAD, course, held, met
from tools.sandbox.builder import NoBuilder

WAITING, PASSED, BEGUN = (
    Person("T1:U1", "Kai Nakamura"),
    Person("T1:U2", "Amara Okafor"),
    Person("T1:U3", "Ben Castellano"),
)
_keys = count()


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with Storage.open("sqlite://") as storage:
        made = _services(storage)
        for person in (INSTRUCTOR, WAITING, PASSED, BEGUN):
            made.learners.remember(person, datetime.now(UTC))
        for person in (WAITING, PASSED, BEGUN):
            made.gates.enrol(person.id)
            made.submissions.record_upload(person.id, "first", UPLOAD, f"u{person.id}")
        waiting = made.reviews.record(WAITING.id, "first", UPLOAD, [held("P1"), met("P2"), met("P3")], "m1")
        made.gates.review(WAITING.id, "first", waiting)
        done = made.reviews.record(PASSED.id, "first", UPLOAD, [met("P1"), met("P2"), met("P3")], "m2")
        made.gates.review(PASSED.id, "first", done)
        assert made.gates.view(PASSED.id, "first").state is GateState.PASSED
        yield made


def _services(storage: Storage) -> Services:
    """Those that answers to instructors look at."""
    pack, learners, reviews = course(), LearnerDirectory(storage), Reviews(storage)
    gates = GateService(storage, pack, reviews)
    made = SimpleNamespace(
        storage=storage,
        course=pack,
        learners=learners,
        reviews=reviews,
        gates=gates,
        submissions=Submissions(storage),
        receipts=Receipts(storage),
        mastery=Mastery(storage),
        hints=Hints(storage),
        spending=ModelSpending(storage),
        progress=CohortProgress(storage, pack, learners=learners, reviews=reviews, gates=gates),
        builder=NoBuilder("No engine."),
        now=lambda: datetime.now(UTC),
    )
    return cast("Services", made)


def _record(services: Services) -> list[tuple[Any, ...]]:
    tables = ("gates", "gate_events", "reviews", "decisions", "drafts", "hints", "attempts", "uploads", "observations")
    storage = cast("Any", services).storage
    with storage.begin() as session:
        return [
            tuple(row) for table in tables for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}")
        ]


def _ask(services: Services, text: str, act: Act, memory: dict[str, str]) -> str:
    turn = Turn(f"q{next(_keys)}", "c", INSTRUCTOR, text)
    context = TurnContext(services, turn, services.course.lessons[0])
    return answer(context, Reading(act, About.PERSON, {act: 0.9}), memory)[0].draft


@cache
def _words() -> list[str]:
    phrases = (" ".join(phrase).replace("*", "") for phrases in vocabulary().topics.values() for phrase in phrases)
    names = ("Kai Nakamura", "Amara", "ben", "<@U1>", "<@U9>", "Marek", "Kai's", "everybody", "me", "the gate", "it")
    signs = (
        ":",
        ",",
        "?",
        "!",
        "-",
        "\n",
        "P1",
        "P2",
        "R1",
        "for",
        "of",
        "gate",
        "approve",
        "waive",
        "reopen",
        "reject",
    )
    return sorted({*phrases, *names, *signs})


WORDS = st.lists(st.sampled_from(_words()), min_size=1, max_size=9).map(" ".join)
PEOPLE = st.sampled_from([WAITING.id, PASSED.id, BEGUN.id, "T2:U1", ""])
MEMORY = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from([*(kind.value for kind in Kind), "nonsense"]),
        "people": PEOPLE,
        "shown": PEOPLE,
        "criteria": st.sampled_from(["P1", "R1", "P1\tP2", "X9"]),
        "which": st.sampled_from(["has", "lacks", "has lacks", "open", "whether", "nonsense"]),
        "part": st.sampled_from(["hints", "quotes", "files", "helped", "since", "nonsense"]),
        "days": st.sampled_from(["0", "7", "99999999999", "x"]),
        "file": st.sampled_from(["plan", "dockerfile", "nonsense"]),
        "page": st.sampled_from(["1", "7", "-1", "x"]),
        "talk": st.text(max_size=5),
        "told": st.text(max_size=5),
    },
)


@given(text=WORDS | st.text(max_size=60), act=st.sampled_from(Act), memory=MEMORY)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_changes_what_is_recorded(services: Services, text: str, act: Act, memory: dict[str, str]) -> None:
    if read_ruling(text) is not None:
        return
    before = _record(services)
    assert _ask(services, text, act, memory)
    assert _record(services) == before


VERBS = st.sampled_from(["approve P1", "reject P1", "waive the gate", "reopen the gate", "waive P1", "reopen P1"])
NOT_QUITE = st.sampled_from(
    [
        "{} for Kai",
        "{} for Kia Nakamura: ok",
        "{} Kai Nakamura: ok",
        "{} for Kai Nakamura?",
        "should I {} for Kai Nakamura: ok",
        "can you {} for Amara Okafor: ok",
        "{} for everybody: ok",
        "{} for him: ok",
        "{}",
        "I {} for Kai Nakamura: ok",
    ]
)


@given(verb=VERBS, form=NOT_QUITE, act=st.sampled_from(Act))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_nearly_a_decision_changes_nothing(services: Services, verb: str, form: str, act: Act) -> None:
    before = _record(services)
    with suppress(TutorError):
        _ask(services, form.format(verb), act, {"kind": "pending", "people": WAITING.id})
    assert _record(services) == before


@pytest.mark.parametrize("text", ["waive P1 for Kai Nakamura: no engine", "reopen P1 for Amara Okafor: a second look"])
def test_who_names_one_criterion_does_not_move_the_whole_gate(services: Services, text: str) -> None:
    before = _record(services)
    assert "Nothing has changed: only a whole gate can be" in _ask(services, text, Act.STAFF_DECIDE, {})
    assert _record(services) == before


def test_a_decision_in_its_form_still_moves_the_gate(services: Services) -> None:
    """Last: it changes what the others look at."""
    assert _ask(services, "approve P1 for Kai Nakamura: I saw it", Act.ASK, {}).startswith(
        "Approved P1 for Kai Nakamura"
    )
    assert services.gates.view(WAITING.id, "first").state is GateState.PASSED
    assert _ask(services, "reopen the gate for Amara Okafor: copied", Act.ASK, {}).endswith("is reopened.")
    assert services.gates.view(PASSED.id, "first").state is GateState.REOPENED
