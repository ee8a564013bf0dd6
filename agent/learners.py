"""The people that the tutor has met."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from agent.people import Person, Role
from agent.records import PersonRow
from agent.storage import Storage


class Learners:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def remember(self, person: Person, at: datetime) -> None:
        """Name and role are the caller's: from the workspace and the configuration, never from what is typed."""
        with self._storage.begin() as session:
            row = session.get(PersonRow, person.id)
            if row is None:
                row = PersonRow(id=person.id, first_seen=at, greeted=False)
                session.add(row)
            row.name, row.role, row.cohort, row.last_seen = person.name[:255], person.role.value, person.cohort, at

    def greet(self, person_id: str) -> bool:
        """True exactly once for a person."""
        with self._storage.begin() as session:
            fresh = update(PersonRow).where(PersonRow.id == person_id, PersonRow.greeted.is_(False))
            return session.connection().execute(fresh.values(greeted=True)).rowcount == 1

    def find(self, person_id: str) -> Person | None:
        with self._storage.begin() as session:
            row = session.get(PersonRow, person_id)
            return _person(row) if row else None

    def instructors(self) -> tuple[Person, ...]:
        return self._with_role(Role.INSTRUCTOR)

    def learners(self) -> tuple[Person, ...]:
        return self._with_role(Role.LEARNER)

    def _with_role(self, role: Role) -> tuple[Person, ...]:
        with self._storage.begin() as session:
            rows = session.scalars(select(PersonRow).where(PersonRow.role == role.value).order_by(PersonRow.name))
            return tuple(_person(row) for row in rows)

    def named(self, text: str) -> Person | None:
        """By id, or by display name; None where nobody or more than one fits."""
        wanted = text.strip().lower()
        with self._storage.begin() as session:
            rows = session.scalars(select(PersonRow).where(func.lower(PersonRow.name) == wanted)).all()
            ids = session.scalars(select(PersonRow).where(func.lower(PersonRow.id).endswith(f":{wanted}"))).all()
        found = {row.id: row for row in (*rows, *ids)}
        return _person(next(iter(found.values()))) if len(found) == 1 else None


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, Role(row.role), row.cohort)
