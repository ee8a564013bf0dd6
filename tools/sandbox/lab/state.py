"""What is known of the running engine; kept in a file, so that every process of the tutor says the same of it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.scratch import began


class SelfTestFinding(BaseModel):
    """One limit that was tried from inside, and what was seen."""

    model_config = ConfigDict(frozen=True)

    limit: str
    held: bool
    said: str


class SelfTest(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: float
    seconds: float
    findings: tuple[SelfTestFinding, ...]

    @property
    def held(self) -> bool:
        return bool(self.findings) and all(finding.held for finding in self.findings)

    @property
    def broken(self) -> str:
        return "; ".join(f"{finding.limit}: {finding.said}" for finding in self.findings if not finding.held)


class LabState(BaseModel):
    model_config = ConfigDict(frozen=True)

    process: int = 0
    process_began: int = 0  # with the id it is one process for good: ids are used again
    proxy: int = 0
    since: float = 0.0
    builds: int = 0
    bases: tuple[str, ...] = ()
    digests: dict[str, str] = {}  # of those bases that came from a registry
    distrusted: str = ""  # why the next build must find a new engine
    test: SelfTest | None = None
    fault: str = ""  # why it could not be started again, until it could

    @property
    def alive(self) -> bool:
        return self.process > 0 and began(self.process) == self.process_began

    def bases_only(self) -> LabState:
        """What outlives an engine."""
        return LabState(bases=self.bases, digests=self.digests)

    def with_bases(self, bases: Collection[str], added: Mapping[str, str]) -> LabState:
        """`added` names the digest of each that came just now, or none."""
        known = {name: digest for name, digest in {**self.digests, **added}.items() if digest and name in bases}
        return self.model_copy(update={"bases": tuple(bases), "digests": known})

    @classmethod
    def read(cls, file: Path) -> LabState:
        with suppress(OSError, ValidationError):
            return cls.model_validate_json(file.read_text())
        return cls()

    def write(self, file: Path) -> None:
        part = file.with_suffix(f".{os.getpid()}.part")
        part.write_text(self.model_dump_json(indent=2) + "\n")
        part.replace(file)


def change(file: Path, how: Callable[[LabState], LabState]) -> LabState:
    """Reads, changes and writes as one: several workers count their builds in it."""
    with locked(file.with_suffix(".lock")):
        changed = how(LabState.read(file))
        changed.write(file)
        return changed


@contextmanager
def locked(file: Path, *, shared: bool = False) -> Iterator[None]:
    """Released by the kernel however its holder ends."""
    with file.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


@contextmanager
def tried(file: Path) -> Iterator[bool]:
    """Whether the lock was free; held while the block runs."""
    with file.open("a") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def age(moment: float) -> float:
    return time.time() - moment
