"""The people that the tutor has met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update

from agent.domain.people import Person, Role
from agent.storage.database import Storage, insert_once
from agent.storage.tables import PersonRow


@dataclass(frozen=True)
class Seen:
    """When a person wrote to the tutor or opened its page."""

    first: datetime
    last: datetime


class LearnerDirectory:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def remember(self, person: Person, at: datetime) -> None:
        """Name and role are the caller's: from the workspace and the configuration, never from what is typed."""
        seen = {"name": person.name, "role": person.role.value, "cohort": person.cohort, "last_seen": at}
        with self._storage.begin() as session:
            if not insert_once(session, PersonRow, id=person.id, first_seen=at, greeted=False, **seen):
                session.execute(update(PersonRow).where(PersonRow.id == person.id).values(**seen))

    def is_new(self, person_id: str) -> bool:
        """Whether the greeting is still to come."""
        with self._storage.begin() as session:
            row = session.get(PersonRow, person_id)
            return row is None or not row.greeted

    def greet(self, person_id: str) -> bool:
        """True exactly once for a person."""
        with self._storage.begin() as session:
            fresh = update(PersonRow).where(PersonRow.id == person_id, PersonRow.greeted.is_(False))
            return session.connection().execute(fresh.values(greeted=True)).rowcount == 1

    def find(self, person_id: str) -> Person | None:
        with self._storage.begin() as session:
            row = session.get(PersonRow, person_id)
            return _person(row) if row else None

    def instructors(self, workspace: str) -> tuple[Person, ...]:
        return self._with_role(workspace, Role.INSTRUCTOR)

    def learners(self, workspace: str) -> tuple[Person, ...]:
        return self._with_role(workspace, Role.LEARNER)

    def seen(self, workspace: str) -> dict[str, Seen]:
        with self._storage.begin() as session:
            return {row.id: Seen(row.first_seen, row.last_seen) for row in session.scalars(_of(workspace))}

    def _with_role(self, workspace: str, role: Role) -> tuple[Person, ...]:
        with self._storage.begin() as session:
            rows = session.scalars(_of(workspace).where(PersonRow.role == role.value).order_by(PersonRow.name))
            return tuple(_person(row) for row in rows)

    def named(self, text: str, workspace: str) -> Person | None:
        """By id (with or without the workspace), or by display name; None where nobody or more than one fits."""
        wanted = text.strip().casefold()
        with self._storage.begin() as session:
            everybody = [_person(row) for row in session.scalars(_of(workspace))]
        found = [place for place in everybody if wanted in _names(place)]
        return found[0] if len(found) == 1 else None


def _of(workspace: str) -> Select[PersonRow]:
    """Each workspace by itself: who teaches in one sees nobody of another."""
    return select(PersonRow).where(PersonRow.id.startswith(f"{workspace}:", autoescape=True))


def _names(person: Person) -> set[str]:
    return {person.name.casefold(), person.id.casefold(), person.id.rpartition(":")[2].casefold()}


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, Role(row.role), row.cohort)
