"""An app on the emulator, in a process of its own that may be killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from integrations.slack_emulator.emulator import Emulator

SECONDS = 120.0
ROOT = Path(__file__).parents[2]
TUTOR = ("-m", "integrations.cli", "slack")


class AppProcess:
    """`folder` keeps its data and its log; `more` is added to its environment."""

    def __init__(
        self, emulator: Emulator, folder: Path, *, name: str = "local", command: Sequence[str] = TUTOR, **more: str
    ) -> None:
        self._emulator, self._command = emulator, [sys.executable, *command]
        self._log = (folder / f"{name}.log").open("ab")
        self._environment = environment(emulator, folder) | more
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once its socket is open."""
        before = len(self._emulator.sockets.connections())
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=self._log, stderr=self._log, cwd=ROOT
        )
        self._emulator.wait_for(lambda: len(self._emulator.sockets.connections()) > before, SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kill(self) -> None:
        """As the power would be cut: no handler runs, nothing is flushed."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Its exit code."""
        code = self._end(signal.SIGTERM)
        self._log.close()
        return code

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        before = len(self._emulator.sockets.connections())
        self._process.send_signal(number)
        code = self._process.wait(SECONDS)
        self._process = None
        self._emulator.wait_for(lambda: len(self._emulator.sockets.connections()) < max(1, before), SECONDS)
        return code

    def megabytes(self) -> float:
        """What it has in memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(resident.split()[1]) / 1_000


def environment(emulator: Emulator, folder: Path) -> dict[str, str]:
    installation = emulator.installation()
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "TUTOR_DATA": str(folder),
        "TUTOR_BUILDS": "off",
        "TUTOR_PROFILE": installation.app.profile.value,
        "TUTOR_INSTRUCTORS": emulator.workspace.member("Instructor").id,
        "TUTOR_LOG_LEVEL": "INFO",
        "TUTOR_STATUS_PORT": "0",
        "SLACK_BOT_TOKEN": installation.bot_token,
        "SLACK_APP_TOKEN": installation.app.app_token,
        "SLACK_BASE_URL": f"{emulator.url}/api/",
    }
