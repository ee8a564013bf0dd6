"""Messages that go out: a row first, then the call; the key makes a second attempt the same message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from agent.storage.database import Storage, insert_once
from agent.storage.tables import OutboxRow

MAX_TRIES = 20
TAKEN = 2  # messages at a time: a chat that is slow for one conversation keeps no more than the next waiting
LEASE = timedelta(seconds=120)  # longer than the calls for as many messages take
DUE, SENT, GIVEN_UP = "due", "sent", "given up"
BEGUN = "begun"  # is being written in the chat piece by piece
PARTIAL = "partial"  # in a payload: where an unfinished message stands that this one replaces; empty: not known


@dataclass(frozen=True)
class Outgoing:
    """`uncertain`: an earlier attempt ended without an answer, so the chat may have the message already."""

    key: str
    channel: str
    payload: dict[str, Any]
    tries: int  # earlier attempts
    uncertain: bool = False


class Outbox:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, key: str, channel: str, payload: Mapping[str, Any], *, lane: str = "") -> bool:
        """False when this message is there already. One that was begun and never ended is replaced by this.

        Messages of one `lane`, a conversation, keep their order; empty: all of the channel are one.
        """
        with self._storage.begin() as session:
            if _insert(session, key, channel, payload, DUE, lane):
                return True
            row = _find(session, key)
            if row is None or row.state != BEGUN:
                return False
            row.payload, row.state = {**payload, PARTIAL: row.sent_ts}, DUE
            row.channel, row.lane, row.due_at = channel, lane or channel, datetime.now(UTC)
            return True

    def begin(self, key: str, channel: str) -> bool:
        """Keeps the place of a message that is about to be written piece by piece; False when it is there already."""
        with self._storage.begin() as session:
            return _insert(session, key, channel, {}, BEGUN)

    def begun_at(self, key: str, ts: str) -> None:
        with self._storage.begin() as session:
            session.execute(update(OutboxRow).where(OutboxRow.key == key).values(sent_ts=ts))

    def abandon(self, key: str) -> None:
        """The chat did not let it begin."""
        with self._storage.begin() as session:
            session.execute(delete(OutboxRow).where(OutboxRow.key == key, OutboxRow.state == BEGUN))

    def due(self, limit: int = TAKEN, *, owner: str = "", within: str = "") -> list[Outgoing]:
        """Takes what is to be sent now, of each lane only its oldest: a message that waits holds back no other lane.

        What is taken is nobody else's for the length of the lease, or until `owner`, the process's name, is dead and
        what it held is released; ask until nothing is left. `within`: only of channels that begin so.
        """
        mine = (OutboxRow.state == DUE, OutboxRow.channel.startswith(within, autoescape=True))
        heads = select(func.min(OutboxRow.id)).where(*mine).group_by(OutboxRow.lane)
        while True:
            now = datetime.now(UTC)
            ready = select(OutboxRow).where(OutboxRow.id.in_(heads), OutboxRow.due_at <= now)
            with self._storage.begin() as session:
                rows = session.scalars(ready.order_by(OutboxRow.id).limit(limit)).all()
                taken = [_outgoing(row) for row in rows if _take(session, row, now, owner)]
            if taken or not rows:  # else others took these meanwhile, and there may be more
                return taken

    def release(self, owner: str, *, within: str = "") -> int:
        """Gives back what a dead process of this name held; returns how many messages."""
        mine = OutboxRow.channel.startswith(within, autoescape=True)
        held = (OutboxRow.state == DUE, OutboxRow.error == _held_by(owner), mine)
        with self._storage.begin() as session:
            released = update(OutboxRow).where(*held).values(due_at=datetime.now(UTC))
            return session.connection().execute(released).rowcount

    def put_off(self, one: Outgoing, seconds: float) -> None:
        """Gives a message back that was taken and not tried."""
        with self._storage.begin() as session:
            row = _find(session, one.key)
            if row is not None:
                row.due_at, row.tries = datetime.now(UTC) + timedelta(seconds=seconds), one.tries
                row.error = "" if one.uncertain else _NOT_SENT

    def cancel(self, turn: str) -> int:
        """Drops what a turn still had to say, text and all; returns how many messages."""
        waiting = (OutboxRow.state.in_((DUE, BEGUN)), OutboxRow.key.startswith(f"{turn}:", autoescape=True))
        with self._storage.begin() as session:
            dropped = update(OutboxRow).where(*waiting).values(state=GIVEN_UP, payload={}, error=_CANCELLED)
            return session.connection().execute(dropped).rowcount

    def sent(self, key: str, ts: str) -> None:
        """The text is gone with it; the key stays, so that a turn that runs again says nothing twice."""
        with self._storage.begin() as session:
            row = _find(session, key)
            if row is not None:
                row.state, row.sent_ts, row.payload, row.error = SENT, ts, {}, ""

    def has(self, key: str) -> bool:
        """Whether this message is said or will be; not where it was only begun."""
        with self._storage.begin() as session:
            row = _find(session, key)
            return row is not None and row.state != BEGUN

    def where(self, key: str) -> str:
        """The timestamp that a sent message got; empty before."""
        with self._storage.begin() as session:
            row = _find(session, key)
            return row.sent_ts if row else ""

    def failed(self, key: str, error: str, *, retry_after: float, refused: bool = False) -> None:
        """Puts the message off. `refused`: the chat said that it did not take it."""
        with self._storage.begin() as session:
            row = _find(session, key)
            if row is not None and row.state == DUE:  # else its author took it back meanwhile
                row.error = _NOT_SENT if refused else error[:200]
                row.due_at = datetime.now(UTC) + timedelta(seconds=retry_after)

    def give_up(self, key: str, error: str) -> bool:
        """Its text goes, the reason stays; False where the message was no longer to be sent."""
        with self._storage.begin() as session:
            row = _find(session, key)
            if row is None or row.state != DUE:
                return False
            row.state, row.payload, row.error, row.due_at = GIVEN_UP, {}, error[:200], datetime.now(UTC)
            return True

    def waiting(self) -> int:
        """How many messages are still to be sent."""
        with self._storage.begin() as session:
            return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == DUE)) or 0

    def given_up(self, *, since: datetime) -> Mapping[str, int]:
        """How many messages nobody will see, by the error that ended each; what was taken back is not among them."""
        lost = (OutboxRow.state == GIVEN_UP, OutboxRow.due_at >= since, OutboxRow.error.not_in(("", _CANCELLED)))
        asked = select(OutboxRow.error, func.count()).where(*lost).group_by(OutboxRow.error)
        with self._storage.begin() as session:
            return {row[0]: row[1] for row in session.execute(asked.order_by(OutboxRow.error))}

    def purge(self, before: datetime) -> int:
        """Deletes what was sent or given up before; returns how many."""
        old = delete(OutboxRow).where(OutboxRow.state != DUE, OutboxRow.due_at < before)
        with self._storage.begin() as session:
            return session.connection().execute(old).rowcount


def _insert(session: Session, key: str, channel: str, payload: Mapping[str, Any], state: str, lane: str = "") -> bool:
    place = {"channel": channel, "lane": lane or channel}
    values = {**place, "payload": dict(payload), "state": state, "due_at": datetime.now(UTC)}
    return insert_once(session, OutboxRow, key=key, **values)


def _find(session: Session, key: str) -> OutboxRow | None:
    return session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one_or_none()


def _take(session: Session, row: OutboxRow, now: datetime, owner: str) -> bool:
    """Moves the row on, unless another process did so since it was read."""
    unchanged = (OutboxRow.id == row.id, OutboxRow.state == DUE, OutboxRow.due_at == row.due_at)
    lease = {"due_at": now + LEASE, "tries": row.tries + 1, "error": _held_by(owner)}
    return session.connection().execute(update(OutboxRow).where(*unchanged).values(lease)).rowcount == 1


def _outgoing(row: OutboxRow) -> Outgoing:
    uncertain = row.tries > 0 and row.error != _NOT_SENT
    return Outgoing(row.key, row.channel, dict(row.payload), row.tries, uncertain)


_NOT_SENT = "refused"
_CANCELLED = "cancelled"


def _held_by(owner: str) -> str:
    """While an attempt lasts, the error names who makes it: after a crash it tells whose the lease was."""
    return f"held by {owner}"
