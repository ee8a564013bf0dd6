"""The engine's disk: a file of fixed size with a fixed number of inodes, so that a build can fill only that."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.errors import LabFailed
from tools.sandbox.lab.limits import GIB

_MKFS = ("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", "-E", "lazy_itable_init=1,nodiscard")


@dataclass(frozen=True)
class Space:
    bytes: int
    inodes: int


def make(file: Path, *, size: int, inodes: int) -> None:
    """Sparse: it takes from the machine only what is written. No journal, for nothing of it outlives a crash."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with part.open("wb") as opened:
        opened.truncate(size)
    done = subprocess.run([*_MKFS, "-N", str(inodes), str(part)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabFailed(f"The engine's disk can not be made: {done.stderr.strip()[-200:]}")
    part.replace(file)


def copy(source: Path, target: Path) -> None:
    """Holes stay holes."""
    part = target.with_suffix(".part")
    done = subprocess.run(
        ["cp", "--sparse=always", "--reflink=auto", str(source), str(part)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LabFailed(f"The engine's disk can not be copied: {done.stderr.strip()[-200:]}")
    part.replace(target)


def used(mounted: Path) -> Space:
    found = os.statvfs(mounted)
    return Space((found.f_blocks - found.f_bfree) * found.f_frsize, found.f_files - found.f_ffree)


def free(mounted: Path) -> Space:
    found = os.statvfs(mounted)
    return Space(found.f_bavail * found.f_frsize, found.f_favail)


def check_room(folder: Path, size: int) -> None:
    """Whether the machine has as much free as the disk may come to take."""
    free = shutil.disk_usage(folder).free
    if free <= size:
        raise LabFailed(
            f"The engine's disk may come to {size / GIB:.0f} GiB, and {free / GIB:.1f} GiB are free in {folder}. Make "
            "room, or choose less: tutor engine start --disk GIB. Nothing was changed."
        )


def resized(source: Path, target: Path, size: int) -> None:
    """A copy of another size with all that is in it; LabFailed where it is too small for that."""
    copy(source, target)
    try:
        if size > target.stat().st_size:
            os.truncate(target, size)
        _tool("e2fsck", "-f", "-p", str(target), fine=1)
        _tool("resize2fs", str(target), f"{size // 1024}K")
        os.truncate(target, size)
    except LabFailed:
        target.unlink(missing_ok=True)
        raise


def _tool(*command: str, fine: int = 0) -> None:
    """`fine`: the highest exit code that is no error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > fine:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise LabFailed(
            f"The base images do not fit on a disk of that size: {''.join(said)[-200:]}. Nothing was changed."
        )


def await_unmounted(file: Path, *, seconds: float = 10.0) -> None:
    """The kernel takes a mount down after the last process that saw it; only then is everything in the file."""
    deadline = time.monotonic() + seconds
    while _in_use(file):
        if time.monotonic() > deadline:
            raise LabFailed(f"{file} is still mounted. Look which process holds it, end that, and try again.")
        time.sleep(0.02)


def _in_use(file: Path) -> bool:
    for device in Path("/sys/block").glob("loop*/loop/backing_file"):
        with suppress(OSError):
            if device.read_text().strip().removesuffix(" (deleted)") == str(file.resolve()):
                return True
    return False
