"""A build of the self-test: the same flags as a learner's, so that what it meets is what they would meet."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass

from tools.sandbox.builder import Outcome
from tools.sandbox.lab.daemon import PATH
from tools.sandbox.lab.job import LabJob
from tools.scratch import scratch

LOOK_SECONDS, END_SECONDS = 0.1, 10.0
_SAID_BYTES = 65_536


@dataclass(frozen=True)
class Probed:
    ended: bool  # by itself, before the time was up or a limit was reached
    exceeded: Outcome | None
    said: str
    seconds: float


def probe(
    base_url: str,
    job: LabJob,
    dockerfile: str,
    *,
    network: str,
    arguments: tuple[str, ...] = (),
    seconds: float,
    patient: bool = False,
) -> Probed:
    """`patient`: goes on when a limit was reached, so that it shows whether more can be had."""
    begun = time.monotonic()
    with scratch() as home, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            _command(job, network, arguments),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={"PATH": PATH, "HOME": str(home), "DOCKER_CONFIG": str(home), "DOCKER_HOST": base_url},
            start_new_session=True,
        )
        try:
            assert process.stdin is not None  # noqa: S101 - it was opened as a pipe
            process.stdin.write(dockerfile.encode())
            process.stdin.close()
            while process.poll() is None and time.monotonic() - begun < seconds and (patient or not job.exceeded()):
                time.sleep(LOOK_SECONDS)
            ended = process.poll() is not None
        finally:
            _end(process)
        log.seek(0)
        said = log.read(_SAID_BYTES).decode("utf-8", "replace")
    return Probed(ended, job.exceeded(), said, time.monotonic() - begun)


def _command(job: LabJob, network: str, arguments: tuple[str, ...]) -> list[str]:
    command = ["docker", "buildx", "build", "--builder=default", "--progress=plain", "--no-cache"]
    command += ["--provenance=false", "--sbom=false", f"--network={network}", f"--cgroup-parent={job.cgroup_parent}"]
    command += [f"--ulimit={ulimit}" for ulimit in job.ulimits]
    command += [part for argument in arguments for part in ("--build-arg", argument)]
    return [*command, "-"]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS / 4)
            return
    process.wait()
