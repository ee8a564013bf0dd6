from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import typer
from sqlalchemy import update

from agent.errors import StorageUnavailable
from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from agent.storage.tables import GateRow
from integrations.cli.verify_command import verify
from knowledge.course.loader import load_course
from tests.samples import LEARNER


@pytest.fixture
def enrolled(storage: Storage) -> Storage:
    LearnerDirectory(storage).remember(LEARNER, datetime.now(UTC))
    GateService(storage, load_course(), Reviews(storage)).enrol(LEARNER.id)
    return storage


def _exit_code(url: str, *, as_json: bool = False) -> int:
    with pytest.raises(typer.Exit) as caught:
        verify(url, as_json=as_json)
    return caught.value.exit_code


def test_an_honest_ledger_ends_with_success(
    enrolled: Storage, storage_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_code(storage_url) == 0
    assert capsys.readouterr().out == "Every gate follows from its evidence.\n"


def test_a_difference_is_named_and_ends_with_one(
    enrolled: Storage, storage_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load_course().lessons[0].id
    with enrolled.begin() as session:
        session.execute(update(GateRow).where(GateRow.lesson_id == first).values(state="passed"))
    assert _exit_code(storage_url) == 1
    assert capsys.readouterr().out == f"{LEARNER.id} {first}: is passed, the events say open\n"
    assert _exit_code(storage_url, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["lesson_id"] == first


def test_a_database_without_tables_says_what_to_run(database_url: str) -> None:
    with pytest.raises(StorageUnavailable, match="tutor migrate"):
        verify(database_url)
