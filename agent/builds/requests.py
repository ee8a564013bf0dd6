"""Builds that were asked for: in which order they come, where progress is shown, and whether somebody said stop.

The durable queue hands out turns, not builds: whoever's turn it is takes the build that is fairest next. So one
learner's ten builds do not keep another waiting, and however a worker ends, a build that it had taken is found again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from agent.domain.turn import BuildRequest
from agent.storage.database import Storage, insert_once
from agent.storage.tables import BuildJobRow

OPEN = ("waiting", "running")
REMEMBERED = timedelta(hours=1)  # how long it counts who was served
LONGEST = timedelta(minutes=30)  # a build that runs longer belongs to a worker that never came back


@dataclass(frozen=True)
class Taken:
    """`cut_off`: it was taken on this turn before, by a worker that was ended in the middle."""

    job_id: str
    cut_off: bool


class BuildRequests:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, request: BuildRequest, place: Mapping[str, str]) -> None:
        """The same job again changes nothing."""
        job = {"request": asdict(request), "place": dict(place), "state": "waiting", "created_at": datetime.now(UTC)}
        with self._storage.begin() as session:
            insert_once(session, BuildJobRow, job_id=request.job_id, **job)

    def load(self, job_id: str) -> tuple[BuildRequest, dict[str, str]] | None:
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            return (BuildRequest(**row.request), dict(row.place)) if row else None

    def take(self, turn: str) -> Taken | None:
        """The build that is next; None where those that waited were stopped. A turn takes one build."""
        with self._storage.begin() as session:
            mine = session.scalars(select(BuildJobRow).where(BuildJobRow.turn == turn)).first()
            if mine is not None:
                return Taken(mine.job_id, cut_off=True) if mine.state == "running" else None
        while True:
            with self._storage.begin() as session:
                line = _line(session)
                if not line or _claim(session, line[0], turn):
                    return Taken(line[0], cut_off=False) if line else None

    def ahead(self, job_id: str) -> int:
        """How many builds come before this one: those that run, and those that are fairer first."""
        with self._storage.begin() as session:
            line = _line(session)
            return _running(session) + line.index(job_id) if job_id in line else 0

    def waiting(self) -> list[str]:
        """In the order in which they will run."""
        with self._storage.begin() as session:
            return _line(session)

    def stop(self, job_id: str, person_id: str) -> bool:
        """Only the learner's own build can be stopped, and only while it waits or runs."""
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            if row is None or row.state not in OPEN or row.request["person_id"] != person_id:
                return False
            row.state = "stopped"
            return True

    def stop_all(self, person_id: str) -> int:
        """Stops every build of a person that waits or runs; returns how many."""
        with self._storage.begin() as session:
            found = session.scalars(select(BuildJobRow).where(BuildJobRow.state.in_(OPEN)))
            mine = [row for row in found if row.request["person_id"] == person_id]
            for row in mine:
                row.state = "stopped"
            return len(mine)

    def is_stopped(self, job_id: str) -> bool:
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            return row is None or row.state == "stopped"

    def state(self, job_id: str) -> str:
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            return row.state if row else ""

    def done(self, job_id: str, *, cut_off: bool = False) -> None:
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            if row is not None and row.state != "stopped":
                row.state = "interrupted" if cut_off else "done"


def _line(session: Session) -> list[str]:
    """Round robin among learners: who was served longest ago is next, with the oldest of their builds."""
    rows = session.scalars(
        select(BuildJobRow)
        .where(or_(BuildJobRow.state == "waiting", BuildJobRow.started_at > datetime.now(UTC) - REMEMBERED))
        .order_by(BuildJobRow.created_at, BuildJobRow.job_id)
    ).all()
    return in_turn([_Asked.of(row) for row in rows])


@dataclass(frozen=True)
class _Asked:
    job_id: str
    person_id: str
    served: datetime | None  # when it was started

    @classmethod
    def of(cls, row: BuildJobRow) -> _Asked:
        return cls(row.job_id, row.request["person_id"], None if row.state == "waiting" else row.started_at)


def in_turn(asked: Sequence[_Asked]) -> list[str]:
    """Of builds in the order in which they were asked for, those that wait, in the order in which they will run."""
    last: dict[str, tuple[int, float]] = {}
    for question in asked:
        if question.served is not None:
            last[question.person_id] = max(last.get(question.person_id, (0, 0.0)), (0, question.served.timestamp()))
    line: list[str] = []
    left = [question for question in asked if question.served is None]
    while left:
        first = min(left, key=lambda left_over: last.get(left_over.person_id, (-1, 0.0)))
        last[first.person_id] = (1, float(len(line)))
        line.append(first.job_id)
        left.remove(first)
    return line


def _claim(session: Session, job_id: str, turn: str) -> bool:
    """Of two workers that see the same line, one gets its first build."""
    claimed = session.execute(
        update(BuildJobRow)
        .where(BuildJobRow.job_id == job_id, BuildJobRow.state == "waiting")
        .values(state="running", turn=turn, started_at=datetime.now(UTC))
        .returning(BuildJobRow.job_id)
    )
    return claimed.first() is not None


def _running(session: Session) -> int:
    since = datetime.now(UTC) - LONGEST
    found = session.scalars(
        select(BuildJobRow.job_id).where(BuildJobRow.state == "running", BuildJobRow.started_at > since)
    )
    return len(found.all())
