"""Processes that outlive the command that starts them: they belong to no Python object."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def spawn(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> int:
    """In a session of its own, silent but for its log; returns its id."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawnp(
        command[0],
        list(command),
        dict(environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def ended(pid: int) -> bool:
    """Of a child of ours whether it has ended; what has ended is taken off the kernel's list."""
    with suppress(ChildProcessError, ProcessLookupError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return not Path(f"/proc/{pid}").exists()
