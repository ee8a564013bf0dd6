"""Base images out of this machine's own Debian packages, where no registry can be reached."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tools.errors import LabFailed

NEEDED = ("debootstrap",)
SCRIPT = Path(__file__).parents[3] / "scripts" / "base-images"
MAKING_SECONDS = 1_800.0


def made(folder: Path, *, stack: bool) -> tuple[Path, ...]:
    """Archives for the engine, those of before included; LabFailed says what stood in the way.

    `stack`: also what stacks are made of, under their usual names.
    """
    if os.geteuid() != 0:
        raise LabFailed("Making base images needs root: run this command with sudo.")
    if not SCRIPT.is_file():
        raise LabFailed("This installation came without scripts/base-images. Run it from a checkout of the tutor.")
    command = [str(SCRIPT), *(["--stack"] if stack else []), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MAKING_SECONDS)
    except subprocess.TimeoutExpired:
        raise LabFailed("Making the base images took longer than half an hour. Does this machine's apt work?") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise LabFailed(f"The base images can not be made: {''.join(said)[-300:]}")
    return tuple(sorted(folder.glob("*.tar")))
