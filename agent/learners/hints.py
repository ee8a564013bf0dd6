"""Hint levels: they rise with attempts and fall with success; no wording of a request moves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agent.storage.database import Storage, insert_once
from agent.storage.tables import AttemptRow, HintRow

LAST_LEVEL = 4


@dataclass(frozen=True)
class HintState:
    """`earned`: an attempt was made since the level last rose."""

    level: int = 0
    earned: bool = False

    def after_attempt(self) -> HintState:
        """What was tried before the first hint is no payment for the second."""
        return HintState(self.level, earned=self.level > 0)

    def after_ask(self) -> HintState:
        """The first hint is free; each further one costs an attempt; asking again repeats."""
        if self.level == 0 or (self.earned and self.level < LAST_LEVEL):
            return HintState(self.level + 1, earned=False)
        return self

    @property
    def rises(self) -> bool:
        """Whether asking now brings the next hint."""
        return self.after_ask() != self

    def after_success(self) -> HintState:
        return HintState(max(0, self.level - 1), earned=False)


class Hints:
    """The level of each learner and criterion, stored."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def level(self, person_id: str, lesson_id: str, criterion: str) -> int:
        with self._storage.begin() as session:
            return _state(session.get(HintRow, (person_id, lesson_id, criterion))).level

    def is_earned(self, person_id: str, lesson_id: str, criterion: str) -> bool:
        with self._storage.begin() as session:
            return _state(session.get(HintRow, (person_id, lesson_id, criterion))).rises

    def attempts(self, person_id: str, lesson_id: str, criterion: str) -> int:
        key = (AttemptRow.person_id == person_id, AttemptRow.lesson_id == lesson_id, AttemptRow.criterion == criterion)
        with self._storage.begin() as session:
            return session.scalar(select(func.count()).select_from(AttemptRow).where(*key)) or 0

    def give(self, person_id: str, lesson_id: str, criterion: str) -> int:
        """The level that may be said now."""
        with self._storage.begin() as session:
            return _change(session, person_id, lesson_id, criterion, HintState.after_ask).level

    def attempt(self, person_id: str, lesson_id: str, criterion: str, digest: str) -> bool:
        """Counts an attempt once: the same artefact, build or answer again is none."""
        key = {"person_id": person_id, "lesson_id": lesson_id, "criterion": criterion}
        with self._storage.begin() as session:
            fresh = insert_once(session, AttemptRow, **key, digest=digest, created_at=datetime.now(UTC))
            if fresh:
                _change(session, person_id, lesson_id, criterion, HintState.after_attempt)
        return fresh

    def succeed(self, person_id: str, lesson_id: str, criterion: str) -> None:
        with self._storage.begin() as session:
            _change(session, person_id, lesson_id, criterion, HintState.after_success)


def _state(row: HintRow | None) -> HintState:
    return HintState(row.level, row.earned) if row else HintState()


def _change(
    session: Session, person_id: str, lesson_id: str, criterion: str, step: Callable[[HintState], HintState]
) -> HintState:
    row = session.get(HintRow, (person_id, lesson_id, criterion))
    state = step(_state(row))
    if row is None:
        row = HintRow(person_id=person_id, lesson_id=lesson_id, criterion=criterion)
        session.add(row)
    row.level, row.earned = state.level, state.earned
    return state
