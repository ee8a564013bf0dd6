"""Kills the app two hundred times under load, at moments that nobody chose, and counts what each message got."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from evals.benchmarks.app_process import ROOT, SECONDS, environment
from evals.benchmarks.slack import Class
from evals.benchmarks.timing import Measured
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace

KILLS = 200
LEARNERS = 60
RATE = 4.0  # messages a second, also while the app is down
LONGEST = 2.0  # seconds of life after its socket is open
PATIENCE = 600.0
SPARE = ("-m", "evals.benchmarks.spare_app")


class SpareApp:
    """`tutor slack` again and again, without waiting for its imports: each life is a fork that a kill ends."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self._emulator, self._log = emulator, (folder / "spare.log").open("ab")
        command = [sys.executable, *SPARE]
        surroundings = environment(emulator, folder)
        self._parent = subprocess.Popen(
            command, env=surroundings, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )

    def start(self) -> int:
        """The process id, once its socket is open."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(b"start\n")
        self._parent.stdin.flush()
        pid = int(self._parent.stdout.readline())
        self._emulator.wait_for(self._emulator.sockets.connections, SECONDS)
        return pid

    def kill(self, pid: int) -> None:
        """As the power would be cut: no handler runs, nothing is flushed."""
        os.kill(pid, signal.SIGKILL)
        self._emulator.wait_for(lambda: not self._emulator.sockets.connections(), SECONDS)

    def close(self) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(SECONDS)
        self._log.close()


class Load:
    """Learners who go on writing, whatever happens; messages of the time without an app come late, not never."""

    def __init__(self, classroom: Class) -> None:
        self._classroom, self.said = classroom, list[Seen]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def _write(self) -> None:
        while not self._over.wait(1 / RATE):
            self.said.append(self._classroom.says())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()


def crashes() -> Iterator[Measured | str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(Workspace.classroom("agent", LEARNERS), strict=True) as emulator,
    ):
        app, classroom = SpareApp(emulator, Path(folder)), Class(emulator, "tutor")
        try:
            yield from _killed(emulator, app, classroom)
        finally:
            app.close()


def _killed(emulator: Emulator, app: SpareApp, classroom: Class) -> Iterator[Measured | str]:
    starts = []
    with Load(classroom) as load:
        for number in range(KILLS):
            begun = time.monotonic()
            pid = app.start()
            emulator.deliveries.resume()
            starts.append((time.monotonic() - begun) * 1_000)
            time.sleep(random.uniform(0.0, LONGEST))
            emulator.deliveries.pause()
            app.kill(pid)
            if number % 20 == 19:
                print(f"  {number + 1} kills, {len(load.said)} messages", file=sys.stderr, flush=True)
    pid = app.start()
    emulator.deliveries.resume()
    for seconds in (1, 61, 301):  # Slack's own retries of what no process acknowledged
        time.sleep(emulator.sockets.ack_seconds + 1)
        emulator.clock.advance(seconds)
    time.sleep(emulator.sockets.ack_seconds + 1)
    delivered = classroom.delivered(load.said)
    classroom.wait(delivered, PATIENCE)
    time.sleep(5.0)  # for an answer too many
    yield classroom.told(delivered, f"killed {KILLS} times under {RATE:.0f} messages/s")
    yield f"{len(load.said) - len(delivered)} more messages, which Slack gave up: no process had acknowledged them"
    yield "tutor: start until its socket is open, after a kill", starts
    os.kill(pid, signal.SIGTERM)
