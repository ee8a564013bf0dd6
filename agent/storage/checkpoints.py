"""Where the graph keeps conversations: beside our tables, in the same database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import psycopg_pool
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from sqlalchemy.engine import make_url

from agent.storage.database import BUSY_SECONDS

Saver = BaseCheckpointSaver[Any]
# What a saver raises when its database does not answer: these are not SQLAlchemy's.
CHECKPOINTS_UNAVAILABLE = (sqlite3.Error, psycopg.Error, psycopg_pool.PoolTimeout)


@contextmanager
def open_checkpointer(url: str) -> Iterator[Saver]:
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
        file = str(parsed.database)
        with closing(sqlite3.connect(file, check_same_thread=False, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is gone from the file, too
            yield SqliteSaver(connection, serde=serde)


def aged(saver: Saver, before: datetime) -> list[str]:
    """Conversations that hold something older, each once."""
    return sorted(
        {
            checkpoint.config["configurable"]["thread_id"]
            for checkpoint in saver.list(None)
            if _is_aged(checkpoint, before)
        }
    )


def _is_aged(one: CheckpointTuple, before: datetime) -> bool:
    return _said(one) < before or len(_fresh(one, before)) < len(_lines(one))


def tidy(saver: Saver, conversation: str, before: datetime) -> None:
    """Removes what a conversation said before then; one that went on since keeps its newest state.

    Call it while no turn of this conversation runs.
    """
    newest = next(saver.list({"configurable": {"thread_id": conversation}}), None)
    if newest is None or newest.pending_writes:
        return  # an unfinished turn goes on from there; the next sweep comes back
    saver.delete_thread(conversation)
    if _said(newest) >= before:
        newest.checkpoint["channel_values"]["history"] = _fresh(newest, before)
        _put_back(saver, newest)


def take_back(saver: Saver, conversation: str, key: str) -> None:
    """Removes what one turn said and was told; call it while no turn of this conversation runs."""
    newest = next(saver.list({"configurable": {"thread_id": conversation}}), None)
    if newest is None:
        return
    values = newest.checkpoint["channel_values"]
    saver.delete_thread(conversation)
    kept = [line for line in _lines(newest) if line["key"] != key]
    if kept:
        values["history"] = kept
        if values.get("turn_key") == key:
            values |= {"wording": "", "decision": {}, "calls": [], "results": [], "memo": {}}  # what was looked up, too
        _put_back(saver, newest)


def _lines(one: CheckpointTuple) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = one.checkpoint["channel_values"].get("history", [])
    return lines


def _fresh(one: CheckpointTuple, before: datetime) -> list[dict[str, str]]:
    return [line for line in _lines(one) if datetime.fromisoformat(line["at"]) >= before]


def _said(one: CheckpointTuple) -> datetime:
    return datetime.fromisoformat(one.checkpoint["ts"]).astimezone(UTC)


def _put_back(saver: Saver, newest: CheckpointTuple) -> None:
    versions = newest.checkpoint["channel_versions"]
    here: Any = {"configurable": {key: newest.config["configurable"][key] for key in ("thread_id", "checkpoint_ns")}}
    saver.put(here, newest.checkpoint, newest.metadata, versions)
