"""`tutor` from the start of its process to its end: what a hook of pre-commit or an editor waits for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from evals.benchmarks.inspecting import DOCKERFILE
from evals.benchmarks.timing import Measured, timed

RUNS = 20
TUTOR = (sys.executable, "-m", "integrations.cli")


def starting() -> Iterator[Measured]:
    with tempfile.TemporaryDirectory(prefix="tutor-starting-") as folder:
        dockerfile = Path(folder, "Dockerfile")
        dockerfile.write_bytes(DOCKERFILE)
        yield "python alone", timed([partial(_run, sys.executable, "-c", "")] * RUNS)
        yield "tutor --version", timed([partial(_run, *TUTOR, "--version")] * RUNS)
        yield "tutor -h", timed([partial(_run, *TUTOR, "-h")] * RUNS)
        yield "tutor inspect Dockerfile", timed([partial(_run, *TUTOR, "inspect", str(dockerfile))] * RUNS)


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=60)
