"""Real databases: SQLite in a file, and a PostgreSQL of our own from its wheel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from agent.storage.database import Storage
from tests.databases import created

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tutor.db'}"
    return created(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    url = created(postgres)
    Storage.open(url).close()
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "tutor.db"
    Storage.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=KINDS)
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own with our tables, copied from one that was migrated once."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "tutor.db")
        return f"sqlite:///{file}"
    return created(request.getfixturevalue("postgres"), template=request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def storage(storage_url: str) -> Iterator[Storage]:
    with Storage.open(storage_url, migrate=False) as opened:
        yield opened


@pytest.fixture
def postgres_storage_url(postgres: str, migrated_postgres: str) -> str:
    return created(postgres, template=migrated_postgres)
