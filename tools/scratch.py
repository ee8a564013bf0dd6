"""A folder for a while. What a killed process left is cleared by the next that needs one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OWNED = re.compile(r"tutor-(\d+)-(\d+)-\w+")


def began(pid: int) -> int:
    """When a process started, in the kernel's ticks; 0 where there is none."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return 0 if fields[0] == "Z" else int(fields[19])
    return 0


@contextmanager
def scratch() -> Iterator[Path]:
    """Its name says whose it is: a number alone is given again."""
    clear_left()
    own = os.getpid()
    with tempfile.TemporaryDirectory(prefix=f"tutor-{own}-{began(own)}-") as folder:
        yield Path(folder)


def clear_left() -> None:
    """Ours alone, and those of processes that are gone."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob("tutor-*"):
            found = _OWNED.fullmatch(folder.name)
            if found and began(int(found[1])) != int(found[2]) and folder.stat().st_uid == os.getuid():
                shutil.rmtree(folder, ignore_errors=True)
