from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from agent.errors import StorageUnavailable
from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from agent.storage.tables import GateRow
from integrations.cli.main import tutor
from knowledge.course.loader import load_course
from tests.samples import LEARNER


@pytest.fixture
def enrolled(storage: Storage) -> Storage:
    LearnerDirectory(storage).remember(LEARNER, datetime.now(UTC))
    GateService(storage, load_course(), Reviews(storage)).enrol(LEARNER.id)
    return storage


def _run(url: str, *options: str) -> Result:
    return CliRunner().invoke(tutor, ["verify", "--database", url, *options])


def test_an_honest_ledger_ends_with_success(enrolled: Storage, storage_url: str) -> None:
    result = _run(storage_url)
    assert (result.exit_code, result.stdout) == (0, "Every gate follows from its evidence.\n")


def test_a_difference_is_named_and_ends_with_one(enrolled: Storage, storage_url: str) -> None:
    first = load_course().lessons[0].id
    with enrolled.begin() as session:
        session.execute(update(GateRow).where(GateRow.lesson_id == first).values(state="passed"))
    for_people, for_scripts = _run(storage_url), _run(storage_url, "--json")
    assert (for_people.exit_code, for_scripts.exit_code) == (1, 1)
    assert for_people.stdout == f"{LEARNER.id} {first}: is passed, the events say open\n"
    assert json.loads(for_scripts.stdout)["lesson_id"] == first


def test_a_database_without_tables_says_what_to_run(database_url: str) -> None:
    found = _run(database_url).exception
    assert isinstance(found, StorageUnavailable)
    assert "tutor migrate" in str(found)
