"""Which processes work, and which of them ended without a word: their work goes on in another.

A process has a row with a counter that it raises every few seconds. Another knows that it is dead when the counter
stands still for long enough by its own clock, so no two clocks are compared; on one machine, as soon as it is gone.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self
from uuid import uuid4

from sqlalchemy import delete, select, update

from agent.errors import TutorError
from agent.storage.database import Storage, insert_once
from agent.storage.tables import WorkerRow

BEAT_SECONDS = 4.0
SILENT_SECONDS = 16.0  # after which a process is taken for dead
CLOSED = -1  # the counter of one that ended in order: what it left may go on at once
_log = logging.getLogger(__name__)


class Leases:
    """A context manager: while it is open, this process is known to work, under a name that nobody had before."""

    def __init__(
        self, storage: Storage, *, machine: str = "", beat: float = BEAT_SECONDS, silent: float = SILENT_SECONDS
    ) -> None:
        self.name = uuid4().hex[:12]
        self._storage, self._machine = storage, machine or machine_name()
        self._beat_seconds, self._silent_seconds = beat, silent
        self._count, self._beat_at = 0, time.monotonic()
        self._seen: dict[str, tuple[int, float]] = {}  # of each other process its counter, and since when it stands
        self._take_over: Callable[[str], None] | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._thread.join()
        with suppress(TutorError):  # the others notice by themselves
            self._set(CLOSED)

    @contextmanager
    def watching(self, take_over: Callable[[str], None]) -> Iterator[None]:
        """`take_over` gets the name of each process that is dead, and may get it twice; raises nothing of its own."""
        self._take_over = take_over
        self._look()
        try:
            yield
        finally:
            self._take_over = None

    def names(self) -> Sequence[str]:
        """Of all processes that are not known to be dead, this one's too."""
        with self._storage.begin() as session:
            return list(session.scalars(select(WorkerRow.name).where(WorkerRow.count != CLOSED)))

    def fault(self) -> str:
        """What is wrong with this process's own lease; empty: nothing."""
        silent = time.monotonic() - self._beat_at
        return f"no sign of life for {silent:.0f} s: others take over" if silent > self._silent_seconds else ""

    def _run(self) -> None:
        while not self._closing.wait(self._beat_seconds):
            try:
                self._beat()
                self._look()
            except Exception:  # noqa: BLE001 - whatever the database says, the next beat may reach it
                _log.exception("this process could not say that it works; it tries again")

    def _beat(self) -> None:
        self._count += 1
        self._set(self._count)
        self._beat_at = time.monotonic()

    def _set(self, count: int) -> None:
        """Also of one that was taken for dead and is not: it has its row again."""
        mine = update(WorkerRow).where(WorkerRow.name == self.name).values(count=count)
        with self._storage.begin() as session:
            if not session.connection().execute(mine).rowcount:
                row = {"name": self.name, "machine": self._machine, "pid": os.getpid(), "born": born(os.getpid())}
                insert_once(session, WorkerRow, count=count, **row)

    def _look(self) -> None:
        take_over = self._take_over
        if take_over is None:
            return
        with self._storage.begin() as session:
            others = session.scalars(select(WorkerRow).where(WorkerRow.name != self.name)).all()
        self._seen = {other.name: self._standing(other) for other in others}
        for other in others:
            if self._is_dead(other):
                _log.warning("process %s is dead; its work goes on here", other.name)
                take_over(other.name)
                with self._storage.begin() as session:
                    session.execute(delete(WorkerRow).where(WorkerRow.name == other.name))

    def _standing(self, other: WorkerRow) -> tuple[int, float]:
        count, since = self._seen.get(other.name, (other.count, time.monotonic()))
        return (count, since) if count == other.count else (other.count, time.monotonic())

    def _is_dead(self, other: WorkerRow) -> bool:
        if other.count == CLOSED:
            return True
        if other.machine == self._machine and born(other.pid) != other.born:
            return True
        return time.monotonic() - self._seen[other.name][1] > self._silent_seconds


def machine_name() -> str:
    """Processes that name the same see each other's ids: one start of a machine, one container on it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}:{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{platform.node()}:{uuid4().hex}"  # ids tell nothing here: only the counter does


def born(pid: int) -> int:
    """When the process with this id began, in ticks of the kernel; 0 where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])
