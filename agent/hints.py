"""Hint levels: they rise with attempts and fall with success; no wording of a request moves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from agent.records import AttemptRow, HintRow
from agent.storage import Storage

LAST_LEVEL = 4


@dataclass(frozen=True)
class HintState:
    """`earned`: an attempt was made since the level last rose."""

    level: int = 0
    earned: bool = False

    def after_attempt(self) -> HintState:
        return HintState(self.level, earned=True)

    def after_ask(self) -> HintState:
        """The first hint is free; each further one costs an attempt; asking again repeats."""
        if self.level == 0 or (self.earned and self.level < LAST_LEVEL):
            return HintState(self.level + 1, earned=False)
        return self

    def after_success(self) -> HintState:
        return HintState(max(0, self.level - 1), earned=False)


class Hints:
    """The level of each learner and criterion, stored."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def level(self, person_id: str, lesson_id: str, criterion: str) -> int:
        return self._state(person_id, lesson_id, criterion).level

    def give(self, person_id: str, lesson_id: str, criterion: str) -> int:
        """The level that may be said now."""
        state = self._state(person_id, lesson_id, criterion).after_ask()
        self._keep(person_id, lesson_id, criterion, state)
        return state.level

    def attempt(self, person_id: str, lesson_id: str, criterion: str, digest: str) -> bool:
        """Counts an attempt once: the same artefact, build or answer again is none."""
        key = (person_id, lesson_id, criterion, digest)
        with self._storage.begin() as session:
            if session.get(AttemptRow, key) is not None:
                return False
            session.add(
                AttemptRow(
                    person_id=person_id,
                    lesson_id=lesson_id,
                    criterion=criterion,
                    digest=digest,
                    created_at=datetime.now(UTC),
                )
            )
        state = self._state(person_id, lesson_id, criterion)
        if state.level > 0:
            self._keep(person_id, lesson_id, criterion, state.after_attempt())
        return True

    def succeed(self, person_id: str, lesson_id: str, criterion: str) -> None:
        state = self._state(person_id, lesson_id, criterion)
        if state.level > 0:
            self._keep(person_id, lesson_id, criterion, state.after_success())

    def _state(self, person_id: str, lesson_id: str, criterion: str) -> HintState:
        with self._storage.begin() as session:
            row = session.get(HintRow, (person_id, lesson_id, criterion))
            return HintState(row.level, row.earned) if row else HintState()

    def _keep(self, person_id: str, lesson_id: str, criterion: str, state: HintState) -> None:
        row = HintRow(
            person_id=person_id, lesson_id=lesson_id, criterion=criterion, level=state.level, earned=state.earned
        )
        with self._storage.begin() as session:
            session.merge(row)
