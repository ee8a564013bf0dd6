"""One build's share of the engine: a control group of its own, and which of its limits was reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

from tools.sandbox.builder import Outcome
from tools.sandbox.lab import disk
from tools.sandbox.lab.cgroups import Cgroup, MemoryAlarm, Usage
from tools.sandbox.lab.limits import LabLimits
from tools.sandbox.lab.places import Places
from tools.sandbox.lab.state import tried

LIMIT_SECONDS = 1.0


class LabJob:
    """What is over a limit is found by looking, not by believing what the build prints."""

    def __init__(self, group: Cgroup, limits: LabLimits, mounted: Path) -> None:
        self._group, self.limits, self._mounted = group, limits, mounted
        self._before = disk.used(mounted)
        self._alarm = MemoryAlarm(group)
        self.found: Outcome | None = None

    @property
    def cgroup_parent(self) -> str:
        return self._group.path

    @property
    def ulimits(self) -> tuple[str, ...]:
        return (f"fsize={self.limits.file_bytes}", f"nofile={self.limits.open_files}", "core=0")

    def pin(self, cpu: int) -> None:
        """For a second build under other circumstances."""
        self._group.pin(cpu)

    def exceeded(self, *, as_a_whole: bool = False) -> Outcome | None:
        """Cheap enough to ask five times a second; the first limit reached ends the job and stays the answer."""
        if self.found is None:
            self.found = self._over_its_group(as_a_whole=as_a_whole) or self._over_the_disk()
            if self.found is not None:  # what is over its limit gets no more of the machine
                self._group.kill(LIMIT_SECONDS)
        return self.found

    def usage(self) -> Usage:
        return self._group.usage()

    def _over_its_group(self, *, as_a_whole: bool) -> Outcome | None:
        usage = self.usage()
        if self._alarm.rung() or (usage.out_of_memory_itself if as_a_whole else usage.out_of_memory):
            return Outcome.MEMORY
        if usage.pids_peak >= self.limits.pids:
            return Outcome.PIDS
        return Outcome.CPU if usage.cpu_seconds > self.limits.cpu_seconds else None

    def _over_the_disk(self) -> Outcome | None:
        with suppress(OSError):  # the engine is gone: that is no limit of the build
            now, free = disk.used(self._mounted), disk.free(self._mounted)
            grown = now.bytes - self._before.bytes, now.inodes - self._before.inodes
            if grown[0] > self.limits.disk_bytes or grown[1] > self.limits.inodes or 0 in (free.bytes, free.inodes):
                return Outcome.DISK
        return None

    def running(self) -> bool:
        return bool(self._group.processes())

    def end(self) -> bool:
        """Whether none of its processes is left."""
        return self._group.kill()

    def close(self) -> None:
        self._alarm.close()


@contextmanager
def open_job(places: Places, limits: LabLimits, mounted: Path) -> Iterator[LabJob]:
    """Its lock says that it has an owner: a job whose owner was killed is ended by the next that comes."""
    with ExitStack() as stack:
        group = Cgroup(places.cgroup) / "jobs" / _free_name(places, stack)
        job = None
        try:
            group.create()
            group.limit(memory=limits.memory_bytes, pids=limits.pids, cpus=limits.cpus)
            job = LabJob(group, limits, mounted)
            yield job
        finally:
            if job is not None:
                job.close()
            _end(group)


def _free_name(places: Places, stack: ExitStack) -> str:
    """The first that nobody holds: BuildKit caches a step under its control group, so a new name finds no cache."""
    taken = set((Cgroup(places.cgroup) / "jobs").below())
    names = (f"job-{number}" for number in count(1))
    return next(name for name in names if name not in taken and stack.enter_context(tried(_lock(places, name))))


def sweep(places: Places) -> int:
    """Ends jobs whose owner is gone, with all their processes; returns how many there were."""
    jobs, found = Cgroup(places.cgroup) / "jobs", 0
    for name in jobs.below():
        lock = _lock(places, name)
        with tried(lock) as free:
            if free and name.startswith("job-"):
                _end(jobs / name)
                found += 1
    return found


def _end(group: Cgroup) -> None:
    group.kill()
    group.remove()


def _lock(places: Places, name: str) -> Path:
    folder = places.folder / "jobs"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.lock"
