"""What each person's turns cost on a language model, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from agent.domain.people import Person, Role
from agent.llm.port import Usage
from agent.storage.database import Storage
from agent.storage.tables import ModelUsageRow, PersonRow


@dataclass(frozen=True)
class Spending:
    """One person's, over some days; `written` are the tokens that the model answered with."""

    person: Person
    calls: int
    tokens: int
    written: int
    days: int


class ModelSpending:
    """Days are UTC days; a call that was made is counted, also where its turn is run again."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def spent(self, person_id: str, now: datetime) -> int:
        """Tokens of this person's day so far."""
        total = func.sum(ModelUsageRow.input_tokens + ModelUsageRow.output_tokens)
        mine = (ModelUsageRow.person_id == person_id, ModelUsageRow.day == _day(now))
        with self._storage.begin() as session:
            return session.scalar(select(total).where(*mine)) or 0

    def today(self, now: datetime) -> int:
        """Tokens of everybody's day so far."""
        total = func.sum(ModelUsageRow.input_tokens + ModelUsageRow.output_tokens)
        with self._storage.begin() as session:
            return session.scalar(select(total).where(ModelUsageRow.day == _day(now))) or 0

    def by_person(self, workspace: str, since: datetime) -> list[Spending]:
        """Of one workspace, whoever used most first."""
        written, given = func.sum(ModelUsageRow.output_tokens), func.sum(ModelUsageRow.input_tokens)
        asked = (
            select(PersonRow, func.sum(ModelUsageRow.calls), given, written, func.count(ModelUsageRow.day.distinct()))
            .join(PersonRow, PersonRow.id == ModelUsageRow.person_id)
            .where(PersonRow.id.startswith(f"{workspace}:", autoescape=True), ModelUsageRow.day >= _day(since))
            .group_by(PersonRow.id)
            .order_by((given + written).desc(), PersonRow.name)
        )
        with self._storage.begin() as session:
            return [
                Spending(Person(row.id, row.name, Role(row.role), row.cohort), calls, read + wrote, wrote, days)
                for row, calls, read, wrote, days in session.execute(asked)
            ]

    def add(self, person_id: str, now: datetime, model: str, usage: Usage) -> None:
        with self._storage.begin() as session:
            key = (person_id, _day(now), model)
            row = session.get(ModelUsageRow, key, with_for_update=True)
            if row is None:
                row = ModelUsageRow(
                    person_id=person_id, day=key[1], model=model, calls=0, input_tokens=0, output_tokens=0
                )
                session.add(row)
            row.calls += 1
            row.input_tokens += usage.input
            row.output_tokens += usage.output


def _day(now: datetime) -> str:
    return now.date().isoformat()
