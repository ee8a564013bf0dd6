"""Messages that go out: a row first, then the call; the key makes a second attempt the same message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from agent.records import OutboxRow
from agent.storage import Storage

MAX_TRIES = 8


@dataclass(frozen=True)
class Outgoing:
    key: str
    channel: str
    payload: dict[str, Any]
    tries: int


class Outbox:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, key: str, channel: str, payload: Mapping[str, Any]) -> bool:
        """False when this message is there already."""
        row = OutboxRow(
            key=key,
            channel=channel,
            payload=dict(payload),
            state="due",
            due_at=datetime.now(UTC),
            sent_ts="",
            error="",
        )
        try:
            with self._storage.begin() as session:
                session.add(row)
        except IntegrityError:
            return False
        return True

    def due(self, limit: int = 50) -> list[Outgoing]:
        """What is to be sent now, oldest first; behind a message that waits, its channel waits too."""
        now = datetime.now(UTC)
        with self._storage.begin() as session:
            rows = session.scalars(
                select(OutboxRow).where(OutboxRow.state == "due").order_by(OutboxRow.due_at)
            ).all()
            waiting = {row.channel for row in rows if row.due_at > now}
            ready = [row for row in rows if row.due_at <= now and row.channel not in waiting]
            return [Outgoing(row.key, row.channel, dict(row.payload), row.tries) for row in ready[:limit]]

    def sent(self, key: str, ts: str) -> None:
        with self._storage.begin() as session:
            row = session.get(OutboxRow, key)
            if row is not None:
                row.state, row.sent_ts, row.payload = "sent", ts, {}

    def where(self, key: str) -> str:
        """The timestamp that a sent message got; empty before."""
        with self._storage.begin() as session:
            row = session.get(OutboxRow, key)
            return row.sent_ts if row else ""

    def failed(self, key: str, error: str, *, retry_after: float | None) -> bool:
        """Puts the message off; False when it is given up (no retry wanted, or too many)."""
        with self._storage.begin() as session:
            row = session.get(OutboxRow, key)
            if row is None:
                return False
            row.tries, row.error = row.tries + 1, error[:200]
            again = retry_after is not None and row.tries < MAX_TRIES
            row.state = "due" if again else "given up"
            row.due_at = datetime.now(UTC) + timedelta(seconds=retry_after or 0)
            return again
