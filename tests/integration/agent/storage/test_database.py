"""The database itself: SQLite and PostgreSQL behave the same, and say what to do when they do not answer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, text
from sqlalchemy.exc import StatementError

from agent.delivery.inbox import Inbox
from agent.domain.people import Person
from agent.errors import ConcurrentChange, ConfigurationInvalid, StorageUnavailable
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from agent.storage.tables import Base, PersonRow
from tests.samples import LEARNER


def _together(count: int, act: Callable[[], object]) -> None:
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        act()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_migration_makes_exactly_the_tables(storage: Storage) -> None:
    with storage.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_opening_again_changes_nothing(storage: Storage, storage_url: str) -> None:
    Inbox(storage).accept("T:C:1", "T:C", {"text": "kept"})
    with Storage.open(storage_url) as again:
        assert Inbox(again).load("T:C:1") == {"text": "kept"}


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    opened: list[Storage] = []
    _together(4, lambda: opened.append(Storage.open(database_url)))
    assert len(opened) == 4
    for one in opened:
        one.close()


def test_an_unmigrated_database_says_what_to_run(database_url: str) -> None:
    with pytest.raises(StorageUnavailable, match="tutor migrate"):
        Storage.open(database_url, migrate=False)


@pytest.mark.parametrize("migrate", [True, False])
def test_a_database_of_a_newer_version_is_refused(storage: Storage, storage_url: str, *, migrate: bool) -> None:
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageUnavailable, match="newer version" if migrate else "9999"):
        Storage.open(storage_url, migrate=migrate)


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "sqlite+nothing:///x", ""])
def test_an_unusable_address_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="TUTOR_DATABASE_URL"):
        Storage.open(url)


def test_a_server_that_is_gone_is_said_without_its_address() -> None:
    with pytest.raises(StorageUnavailable) as caught:
        Storage.open("postgresql://someone:secret-word@127.0.0.1:1/tutor?connect_timeout=1")
    assert "cannot be reached" in str(caught.value)
    assert "secret-word" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_a_file_that_is_no_database_is_said_without_its_path(tmp_path: Path) -> None:
    file = tmp_path / "tutor.db"
    file.write_bytes(b"This is no database at all. " * 100)
    with pytest.raises(StorageUnavailable, match="no database") as caught:
        Storage.open(f"sqlite:///{file}")
    assert str(tmp_path) not in str(caught.value)


def test_a_locked_database_keeps_nothing_and_asks_for_patience(tmp_path: Path) -> None:
    file = tmp_path / "tutor.db"
    with Storage.open(f"sqlite:///{file}?timeout=0") as storage, closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="busy"):
            Inbox(storage).accept("T:C:1", "T:C", {"text": "hello"})
        other.rollback()
        assert Inbox(storage).load("T:C:1") is None
        assert Inbox(storage).accept("T:C:1", "T:C", {"text": "hello"})


def test_a_transaction_that_fails_halfway_leaves_nothing(storage: Storage) -> None:
    at = datetime.now(UTC)
    row = {"name": "x", "role": "learner", "cohort": "", "first_seen": at, "last_seen": at}
    with pytest.raises(ConcurrentChange), storage.begin() as session:
        session.execute(insert(PersonRow), [{"id": "T:1", **row}, {"id": "T:1", **row}])
    assert LearnerDirectory(storage).find("T:1") is None


def test_two_that_add_the_same_row_are_told_to_look_again(storage: Storage) -> None:
    at = datetime.now(UTC)
    row = {"id": "T:1", "name": "x", "role": "learner", "cohort": "", "first_seen": at, "last_seen": at}
    with storage.begin() as session:
        session.add(PersonRow(**row))
    with pytest.raises(ConcurrentChange), storage.begin() as session:
        session.add(PersonRow(**row))


def test_times_come_back_in_utc_and_naive_ones_are_refused(storage: Storage) -> None:
    at = datetime.fromisoformat("2026-05-01T12:00:00.123456+02:00")
    row = {"id": "T:1", "name": "x", "role": "learner", "cohort": "", "first_seen": at}
    with storage.begin() as session:
        session.add(PersonRow(**row, last_seen=at))
    with storage.begin() as session:
        read = session.get_one(PersonRow, "T:1").last_seen
    assert (read, read.utcoffset()) == (at, UTC.utcoffset(None))
    with pytest.raises(StatementError, match="without a zone"), storage.begin() as session:
        session.add(PersonRow(**{**row, "id": "T:2"}, last_seen=at.replace(tzinfo=None)))


def test_text_that_no_database_takes_is_stored_readably(storage: Storage) -> None:
    bad = "a\0b\ud83dc"
    assert Inbox(storage).accept("T:C:1", "T:C", {"text": bad, "files": [{bad: bad}]})
    assert Inbox(storage).load("T:C:1") == {"text": "a�b�c", "files": [{"a�b�c": "a�b�c"}]}
    LearnerDirectory(storage).remember(Person("T1:U2", bad * 200), datetime.now(UTC))
    found = LearnerDirectory(storage).find("T1:U2")
    assert found is not None
    assert found.name == "a�b�c" * 200


def test_a_database_in_memory_serves_threads_in_turn() -> None:
    with Storage.open("sqlite://") as storage:
        people, at = LearnerDirectory(storage), datetime.now(UTC)
        _together(8, lambda: people.remember(LEARNER, at))
        assert people.find(LEARNER.id) == LEARNER
