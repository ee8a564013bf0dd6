"""A lab engine of the tests' own: set up once, kept for the next run, with limits that are soon reached."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.errors import LabFailed
from tools.sandbox.lab.engine import LabEngine, open_lab
from tools.sandbox.lab.limits import MIB, LabConfig, LabLimits
from tools.sandbox.lab.machine import check_machine
from tools.sandbox.lab.state import locked

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "runtime-tutor"
BUSYBOX = CACHE / "base-images" / "busybox-stable.tar"
BASES = ("busybox:stable",)
LIMITS = LabLimits(
    wall_seconds=8,
    idle_seconds=4,
    cpu_seconds=3,
    memory_bytes=160 * MIB,
    pids=64,
    disk_bytes=96 * MIB,
    inodes=4_000,
    file_bytes=64 * MIB,
    log_bytes=MIB,
)
CONFIG = LabConfig(limits=LIMITS, disk_bytes=768 * MIB, inodes=40_000)


def why_not() -> str:
    """Why no engine can be had here; empty where one can."""
    try:
        check_machine()
    except LabFailed as error:
        return str(error)
    return "" if BUSYBOX.exists() else "scripts/test-setup has made no base image"


@contextmanager
def running_lab(config: LabConfig = CONFIG) -> Iterator[LabEngine]:
    """One for each checkout, so that two of them can be tested at once; a killed run's leavings are cleaned up."""
    folder = CACHE / f"test-lab-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_suffix(".lock")):
        engine = open_lab(folder)
        engine.lab.start(config)
        try:
            if engine.offered() != BASES:
                begin_with_busybox(engine)
            yield engine
        finally:
            engine.lab.stop()


def begin_with_busybox(engine: LabEngine) -> None:
    """Whatever images a test or a killed run has left in what each engine begins with."""
    engine.lab.stop()
    engine.lab.places.pristine.unlink(missing_ok=True)
    engine.lab.start(CONFIG)
    with BUSYBOX.open("rb") as archive:
        engine.lab.load(archive)
