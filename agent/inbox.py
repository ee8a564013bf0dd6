"""Messages that came in, each once, before anybody is told that they arrived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from agent.records import InboxRow
from agent.storage import Storage


class Inbox:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def accept(self, key: str, conversation: str, payload: Mapping[str, Any]) -> bool:
        """Stores and commits; False when this message is there already, by whatever delivery."""
        row = InboxRow(
            key=key, conversation=conversation, payload=dict(payload), state="new", created_at=datetime.now(UTC)
        )
        try:
            with self._storage.begin() as session:
                session.add(row)
        except IntegrityError:
            return False
        return True

    def load(self, key: str) -> dict[str, Any] | None:
        with self._storage.begin() as session:
            row = session.get(InboxRow, key)
            return dict(row.payload) if row else None

    def finish(self, key: str, *, failed: bool = False) -> None:
        with self._storage.begin() as session:
            row = session.get(InboxRow, key)
            if row is not None:
                row.state = "failed" if failed else "done"

    def unfinished(self) -> list[tuple[str, str]]:
        """(key, conversation) of what was accepted and never finished, oldest first."""
        with self._storage.begin() as session:
            rows = session.scalars(select(InboxRow).where(InboxRow.state == "new").order_by(InboxRow.created_at))
            return [(row.key, row.conversation) for row in rows]

    def purge(self, before: datetime) -> int:
        """Deletes finished messages older than the retention; returns how many."""
        old = delete(InboxRow).where(InboxRow.created_at < before, InboxRow.state != "new")
        with self._storage.begin() as session:
            return int(session.connection().execute(old).rowcount)
