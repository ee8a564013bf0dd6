"""Messages that go out: a row first, then the call; the key makes a second attempt the same message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from agent.records import OutboxRow
from agent.storage import Storage, insert_once

MAX_TRIES = 20
LEASE = timedelta(seconds=60)  # longer than any call to the chat takes
DUE, SENT, GIVEN_UP = "due", "sent", "given up"


@dataclass(frozen=True)
class Outgoing:
    """`tries` counts earlier attempts: where it is not 0, the chat may have the message already."""

    key: str
    channel: str
    payload: dict[str, Any]
    tries: int


class Outbox:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, key: str, channel: str, payload: Mapping[str, Any]) -> bool:
        """False when this message is there already."""
        with self._storage.begin() as session:
            return insert_once(
                session,
                OutboxRow,
                key=key,
                channel=channel,
                payload=dict(payload),
                state=DUE,
                due_at=datetime.now(UTC),
            )

    def due(self, limit: int = 50) -> list[Outgoing]:
        """Takes what is to be sent now, of each channel only its oldest: a message that waits holds it back.

        What is taken is nobody else's for the length of the lease; ask again until nothing is left.
        """
        heads = select(func.min(OutboxRow.id)).where(OutboxRow.state == DUE).group_by(OutboxRow.channel)
        now = datetime.now(UTC)
        ready = select(OutboxRow).where(OutboxRow.id.in_(heads), OutboxRow.due_at <= now)
        with self._storage.begin() as session:
            rows = session.scalars(ready.order_by(OutboxRow.id).limit(limit)).all()
            return [_outgoing(row) for row in rows if _take(session, row, now)]

    def sent(self, key: str, ts: str) -> None:
        """The text is gone with it; the key stays, so that a turn that runs again says nothing twice."""
        with self._storage.begin() as session:
            row = _find(session, key)
            if row is not None:
                row.state, row.sent_ts, row.payload = SENT, ts, {}

    def where(self, key: str) -> str:
        """The timestamp that a sent message got; empty before."""
        with self._storage.begin() as session:
            row = _find(session, key)
            return row.sent_ts if row else ""

    def failed(self, key: str, error: str, *, retry_after: float | None) -> bool:
        """Puts the message off; False when it is given up (no retry wanted, or too many)."""
        with self._storage.begin() as session:
            row = _find(session, key)
            if row is None:
                return False
            again = retry_after is not None and row.tries < MAX_TRIES
            row.state, row.error = DUE if again else GIVEN_UP, error[:200]
            row.due_at = datetime.now(UTC) + timedelta(seconds=retry_after or 0)
            return again

    def purge(self, before: datetime) -> int:
        """Deletes what was sent or given up before; returns how many."""
        old = delete(OutboxRow).where(OutboxRow.state != DUE, OutboxRow.due_at < before)
        with self._storage.begin() as session:
            return session.connection().execute(old).rowcount


def _find(session: Session, key: str) -> OutboxRow | None:
    return session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one_or_none()


def _take(session: Session, row: OutboxRow, now: datetime) -> bool:
    """Moves the row on, unless another process did so since it was read."""
    unchanged = (OutboxRow.id == row.id, OutboxRow.state == DUE, OutboxRow.due_at == row.due_at)
    taken = update(OutboxRow).where(*unchanged).values(due_at=now + LEASE, tries=row.tries + 1)
    return session.connection().execute(taken).rowcount == 1


def _outgoing(row: OutboxRow) -> Outgoing:
    return Outgoing(row.key, row.channel, dict(row.payload), row.tries)
