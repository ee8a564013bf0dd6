"""Builds that were asked for: what is to be built, where progress is shown, and whether somebody said stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import select

from agent.records import BuildJobRow
from agent.storage import Storage, insert_once
from agent.turns import BuildRequest


class BuildJobs:
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

    def stop(self, job_id: str, person_id: str) -> bool:
        """Only the learner's own build can be stopped, and only while it waits or runs."""
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            if row is None or row.state != "waiting" or row.request["person_id"] != person_id:
                return False
            row.state = "stopped"
            return True

    def stop_all(self, person_id: str) -> int:
        """Stops every build of a person that waits or runs; returns how many."""
        with self._storage.begin() as session:
            waiting = session.scalars(select(BuildJobRow).where(BuildJobRow.state == "waiting"))
            mine = [row for row in waiting if row.request["person_id"] == person_id]
            for row in mine:
                row.state = "stopped"
            return len(mine)

    def is_stopped(self, job_id: str) -> bool:
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            return row is None or row.state == "stopped"

    def done(self, job_id: str) -> None:
        with self._storage.begin() as session:
            row = session.get(BuildJobRow, job_id)
            if row is not None:
                row.state = "done"
