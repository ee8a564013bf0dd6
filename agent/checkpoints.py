"""Where the graph keeps conversations: beside our tables, in the same database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from sqlalchemy.engine import make_url


@contextmanager
def open_checkpointer(url: str) -> Iterator[BaseCheckpointSaver[Any]]:
    """Plain values only: a checkpoint that names a class of ours or of others is not loaded."""
    parsed = make_url(url)
    serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    if parsed.get_backend_name() != "sqlite":
        address = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        with ConnectionPool(address, kwargs={"autocommit": True, "row_factory": dict_row}, max_size=8) as pool:
            saver = PostgresSaver(pool, serde=serde)  # type: ignore[arg-type]  # the pool's row type is set above
            saver.setup()
            yield saver
    elif parsed.database in (None, "", ":memory:"):
        yield InMemorySaver(serde=serde)
    else:
        with closing(sqlite3.connect(str(parsed.database), check_same_thread=False, timeout=5)) as connection:
            yield SqliteSaver(connection, serde=serde)
