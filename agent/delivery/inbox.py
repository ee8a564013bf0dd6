"""Messages that came in, each once, before anybody is told that they arrived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from agent.storage.database import Storage, insert_once
from agent.storage.tables import InboxRow

NEW, RUNNING, DONE, FAILED, DELETED, STOPPED = "new", "running", "done", "failed", "deleted", "stopped"
_OPEN = (NEW, RUNNING)


class Inbox:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def accept(self, key: str, conversation: str, payload: Mapping[str, Any], *, person_id: str = "") -> bool:
        """Stores and commits; False when this message is there already, by whatever delivery."""
        with self._storage.begin() as session:
            return insert_once(
                session,
                InboxRow,
                key=key,
                conversation=conversation,
                person_id=person_id,
                payload=dict(payload),
                state=NEW,
                created_at=datetime.now(UTC),
            )

    def load(self, key: str) -> dict[str, Any] | None:
        """None where the message is unknown, forgotten, or was deleted by its author."""
        with self._storage.begin() as session:
            row = session.get(InboxRow, key)
            return dict(row.payload) if row is not None and row.payload and row.state != DELETED else None

    def state(self, key: str) -> str:
        """Empty where the message is unknown."""
        with self._storage.begin() as session:
            row = session.get(InboxRow, key)
            return row.state if row is not None else ""

    def start(self, key: str) -> bool:
        """Marks a turn as begun; False where it is over, stopped, or its author took the message back before."""
        return self._move(key, RUNNING)

    def finish(self, key: str, *, failed: bool = False) -> None:
        self._move(key, FAILED if failed else DONE)

    def _move(self, key: str, state: str) -> bool:
        change = update(InboxRow).where(InboxRow.key == key, InboxRow.state.in_(_OPEN)).values(state=state)
        with self._storage.begin() as session:
            return session.connection().execute(change).rowcount == 1

    def is_wanted(self, key: str) -> bool:
        """False once the author stopped the turn or took the message back: its reply is nobody's any more.

        True where nothing is stored any more: who asked to be forgotten waits to hear that it is done.
        """
        with self._storage.begin() as session:
            row = session.get(InboxRow, key)
            return row is None or (row.state in _OPEN and bool(row.payload))

    def stop(self, place: str, person_id: str) -> int:
        """Ends what this person (empty: anybody) waits for below `place`, a prefix of keys; returns how many turns."""
        mine = (InboxRow.state.in_(_OPEN), *((InboxRow.person_id == person_id,) if person_id else ()))
        below = or_(InboxRow.key.startswith(f"{place}:", autoescape=True), InboxRow.conversation == place)
        with self._storage.begin() as session:
            return session.connection().execute(update(InboxRow).where(*mine, below).values(state=STOPPED)).rowcount

    def stop_all(self, workspace: str) -> int:
        """Ends every turn of a workspace that waits or runs."""
        here = (InboxRow.key.startswith(f"{workspace}:", autoescape=True), InboxRow.state.in_(_OPEN))
        with self._storage.begin() as session:
            return session.connection().execute(update(InboxRow).where(*here).values(state=STOPPED)).rowcount

    def takes_part(self, conversation: str, person_id: str) -> bool:
        """Whether this person has spoken with the tutor in this conversation before."""
        mine = select(InboxRow.key).where(InboxRow.person_id == person_id, InboxRow.conversation == conversation)
        with self._storage.begin() as session:
            return session.scalars(mine.limit(1)).first() is not None

    def record(self, key: str, conversation: str, payload: Mapping[str, Any], *, person_id: str) -> None:
        """Keeps what asks for no turn, such as feedback; what comes later under the same key replaces it."""
        fresh = {"conversation": conversation, "person_id": person_id, "payload": dict(payload), "state": DONE}
        with self._storage.begin() as session:
            if not insert_once(session, InboxRow, key=key, created_at=datetime.now(UTC), **fresh):
                session.execute(update(InboxRow).where(InboxRow.key == key).values(payload=dict(payload)))

    def edit(self, key: str, payload: Mapping[str, Any]) -> bool:
        """What was corrected before its turn began is what the turn reads; later the answer stands."""
        waiting = update(InboxRow).where(InboxRow.key == key, InboxRow.state == NEW)
        with self._storage.begin() as session:
            return session.connection().execute(waiting.values(payload=dict(payload))).rowcount == 1

    def delete(self, key: str) -> bool:
        """Removes the text at any time; True where the turn had not begun, so that nothing is answered."""
        with self._storage.begin() as session:
            row = session.get(InboxRow, key)
            if row is None:
                return False
            waited, row.payload = row.state == NEW, {}
            row.state = DELETED if waited else row.state
            return waited

    def unfinished(self, *, before: datetime | None = None, limit: int | None = None) -> list[tuple[str, str]]:
        """(key, conversation) of what was accepted (before then) and never finished, oldest first."""
        open_ = select(InboxRow).where(InboxRow.state.in_(_OPEN))
        if before is not None:
            open_ = open_.where(InboxRow.created_at < before)
        with self._storage.begin() as session:
            rows = session.scalars(open_.order_by(InboxRow.created_at, InboxRow.key).limit(limit))
            return [(row.key, row.conversation) for row in rows]

    def waiting(self) -> int:
        """How many messages have no answer yet."""
        with self._storage.begin() as session:
            return session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state.in_(_OPEN))) or 0

    def purge(self, before: datetime) -> int:
        """Deletes what is older than the retention, finished or not; returns how many."""
        with self._storage.begin() as session:
            return session.connection().execute(delete(InboxRow).where(InboxRow.created_at < before)).rowcount
