"""Questions of ours: which were put to whom, and which still waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, select

from agent.records import AskedRow
from agent.storage import Storage


class Asked:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def ask(self, person_id: str, lesson_id: str, question_id: str, conversation: str) -> None:
        """The new question is the one that waits; an older one of this conversation no longer does."""
        with self._storage.begin() as session:
            for row in session.scalars(_waiting(person_id, conversation)):
                row.pending = False
            session.flush()
            session.merge(
                AskedRow(
                    person_id=person_id,
                    lesson_id=lesson_id,
                    question_id=question_id,
                    conversation=conversation,
                    pending=True,
                    points={},
                    created_at=datetime.now(UTC),
                )
            )

    def pending(self, person_id: str, conversation: str) -> str | None:
        with self._storage.begin() as session:
            row = session.scalars(_waiting(person_id, conversation)).first()
            return row.question_id if row else None

    def answered(self, person_id: str, lesson_id: str, question_id: str, points: Sequence[str]) -> None:
        with self._storage.begin() as session:
            row = session.get(AskedRow, (person_id, lesson_id, question_id))
            if row is not None:
                row.pending, row.points = False, {"said": sorted({*row.points.get("said", ()), *points})}

    def already_asked(self, person_id: str, lesson_id: str) -> set[str]:
        mine = (AskedRow.person_id == person_id, AskedRow.lesson_id == lesson_id)
        with self._storage.begin() as session:
            return set(session.scalars(select(AskedRow.question_id).where(*mine)))


def _waiting(person_id: str, conversation: str) -> Select[AskedRow]:
    here = (AskedRow.person_id == person_id, AskedRow.conversation == conversation, AskedRow.pending.is_(True))
    return select(AskedRow).where(*here).order_by(AskedRow.created_at.desc())
