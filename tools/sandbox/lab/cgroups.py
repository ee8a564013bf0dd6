"""Control groups of both versions: made, limited, measured, emptied and removed by path."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("memory", "pids", "cpu", "cpuset")
EMPTY_SECONDS = 5.0
_CPU_PERIOD = 100_000


@dataclass(frozen=True)
class Hierarchies:
    """Where controllers are mounted; version 1 has a folder for each, version 2 one for all."""

    version: int
    roots: tuple[tuple[str, Path], ...]  # controller ("" in version 2), mount point

    @classmethod
    def find(cls, mountinfo: str | None = None) -> Hierarchies:
        first, second = [], []
        for line in (mountinfo or Path("/proc/self/mountinfo").read_text()).splitlines():
            fields, _, rest = line.partition(" - ")
            kind, _, options = rest.partition(" ")
            point = Path(fields.split()[4])
            if kind == "cgroup":
                first += [(name, point) for name in options.split()[-1].split(",") if name not in ("rw", "ro")]
            elif kind == "cgroup2":
                second.append(("", point))
        named = {name for name, _ in first}
        return cls(1, (*first, *second)) if "memory" in named else cls(2, tuple(second))

    def lacking(self) -> list[str]:
        """Controllers without which a build can not be confined."""
        if self.version == 1:
            return [name for name in NEEDED if name not in dict(self.roots)]
        if not self.roots:
            return list(NEEDED)
        there = (self.roots[0][1] / "cgroup.controllers").read_text().split()
        return [name for name in NEEDED if name not in there]


@dataclass(frozen=True)
class Usage:
    """The most that a group took so far."""

    cpu_seconds: float
    pids_peak: int
    out_of_memory: int  # how often, in it and in all groups below
    out_of_memory_itself: int = 0  # how often because of its own limit; version 1 has an alarm for that


class Cgroup:
    """One path in every hierarchy. A group that does not exist has no processes and can be removed."""

    def __init__(self, path: str, hierarchies: Hierarchies | None = None) -> None:
        self.path = path
        self._all = hierarchies or Hierarchies.find()
        self._first = self._all.version == 1

    def __truediv__(self, name: str) -> Cgroup:
        return Cgroup(f"{self.path}/{name}", self._all)

    @property
    def folders(self) -> dict[str, Path]:
        return {name: root / self.path.lstrip("/") for name, root in self._all.roots}

    def _folder(self, controller: str) -> Path:
        return self.folders[controller if self._first else ""]

    def create(self) -> None:
        for name, root in self._all.roots:
            folder = root
            for part in self.path.strip("/").split("/"):
                if name == "" and not self._first:
                    _delegate(folder)
                folder /= part
                folder.mkdir(exist_ok=True)
                if name == "cpuset":
                    _inherit(folder)

    def limit(self, *, memory: int, pids: int, cpus: float | None = None) -> None:
        """Swap counts as memory, so that a limit of memory is one."""
        if self._first:
            self._write("memory", "memory.limit_in_bytes", memory)
            with suppress(OSError):  # without accounting of swap there is nothing to forbid it with
                self._write("memory", "memory.memsw.limit_in_bytes", memory)
        else:
            self._write("memory", "memory.max", memory)
            with suppress(OSError):
                self._write("memory", "memory.swap.max", 0)
        self._write("pids", "pids.max", pids)
        if cpus is not None:
            self._limit_cpu(int(cpus * _CPU_PERIOD))

    def _limit_cpu(self, quota: int) -> None:
        if self._first:
            self._write("cpu", "cpu.cfs_period_us", _CPU_PERIOD)
            self._write("cpu", "cpu.cfs_quota_us", quota)
        else:
            self._write("cpu", "cpu.max", f"{quota} {_CPU_PERIOD}")

    def pin(self, cpu: int) -> None:
        self._write("cpuset", "cpuset.cpus", cpu)

    def _write(self, controller: str, file: str, value: object) -> None:
        (self._folder(controller) / file).write_text(str(value))

    def usage(self) -> Usage:
        if self._first:
            return Usage(
                cpu_seconds=_number(self._folder("cpuacct") / "cpuacct.usage") / 1e9,
                pids_peak=self._pids_peak(),
                out_of_memory=sum(
                    _field(cgroup / "memory.oom_control", "oom_kill") for cgroup in _tree(self._folder("memory"))
                ),
            )
        return Usage(
            cpu_seconds=_field(self._folder("") / "cpu.stat", "usage_usec") / 1e6,
            pids_peak=self._pids_peak(),
            out_of_memory=_field(self._folder("") / "memory.events", "oom_kill"),
            out_of_memory_itself=_field(self._folder("") / "memory.events.local", "oom"),
        )

    def _pids_peak(self) -> int:
        folder = self._folder("pids")
        return max(_number(folder / "pids.peak"), _number(folder / "pids.current"))

    def processes(self) -> set[int]:
        """Of the group and of those below it, by the ids of this machine."""
        found: set[int] = set()
        for folder in self.folders.values():
            for cgroup in _tree(folder):
                with suppress(OSError):
                    found |= {int(pid) for pid in (cgroup / "cgroup.procs").read_text().split()}
        return found - {0, os.getpid()}

    def kill(self, seconds: float = EMPTY_SECONDS) -> bool:
        """Ends every process; whether none is left."""
        deadline = time.monotonic() + seconds
        while self.processes():
            self._kill_at_once()
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _kill_at_once(self) -> None:
        """Frozen first where the kernel does not kill a group as one: what forks faster than it is killed stays."""
        if not self._first:
            with suppress(OSError):
                (self._folder("") / "cgroup.kill").write_text("1")
        self._freeze("FROZEN")
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._freeze("THAWED")

    def _freeze(self, state: str) -> None:
        folder = self.folders.get("freezer")
        if folder is not None:
            with suppress(OSError):
                (folder / "freezer.state").write_text(state)

    def remove(self) -> None:
        """Also what the engine made below it; groups with processes stay."""
        for folder in self.folders.values():
            for cgroup in sorted(_tree(folder), reverse=True):
                with suppress(OSError):
                    cgroup.rmdir()

    def exists(self) -> bool:
        return any(folder.is_dir() for folder in self.folders.values())

    def below(self) -> list[str]:
        return sorted(path.name for path in self._folder("pids").glob("*") if path.is_dir())


class MemoryAlarm:
    """Version 1 counts a killed process only in the group it died in, soon gone: so the kernel is asked to ring."""

    def __init__(self, group: Cgroup) -> None:
        self._event = self._control = -1
        self._rung = 0
        folder = group.folders.get("memory")
        if folder is None:
            return
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._control = os.open(folder / "memory.oom_control", os.O_RDONLY | os.O_CLOEXEC)
        (folder / "cgroup.event_control").write_text(f"{self._event} {self._control}")

    def rung(self) -> int:
        if self._event >= 0:
            with suppress(BlockingIOError):
                self._rung += os.eventfd_read(self._event)
        return self._rung

    def close(self) -> None:
        for one in (self._event, self._control):
            if one >= 0:
                os.close(one)
        self._event = self._control = -1


def _tree(folder: Path) -> Iterator[Path]:
    """The folder and all below it; what goes away meanwhile is not missed."""
    yield from (Path(path) for path, _, _ in os.walk(folder))


def _delegate(folder: Path) -> None:
    for name in NEEDED:
        with suppress(OSError):  # the controllers that are there; `lacking` names the others
            (folder / "cgroup.subtree_control").write_text(f"+{name}")


def _inherit(folder: Path) -> None:
    """A new set of processors is empty, and an empty set takes no process."""
    for file in ("cpuset.cpus", "cpuset.mems"):
        if not (folder / file).read_text().strip():
            (folder / file).write_text((folder.parent / file).read_text())


def _number(file: Path) -> int:
    try:
        said = file.read_text().strip()
    except OSError:
        return 0
    return int(said) if said.isdigit() else 0


def _field(file: Path, name: str) -> int:
    with suppress(OSError):
        for line in file.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    return 0
