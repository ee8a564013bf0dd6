"""One run of `docker buildx build`: the context on standard input, limits on time, silence and log, an end at once."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from tools.sandbox.build import frontends
from tools.sandbox.build.context import Context
from tools.sandbox.build.progress import ProgressReader
from tools.sandbox.builder import Outcome
from tools.sandbox.engine.port import Engine, EngineJob
from tools.scratch import scratch

GRACE_SECONDS, CANCEL_SECONDS = 5.0, 1.0  # to end by itself; to end when it is told to
_PIECE = 65_536


@dataclass(frozen=True)
class Ended:
    """`limit` is None where buildx came to its own end; then `code` tells how."""

    limit: Outcome | None
    code: int


@dataclass(frozen=True)
class Buildx:
    engine: Engine
    job: EngineJob

    def sent(self, context: Context, *, reverse: bool = False) -> bytes:
        """A context with its Dockerfile as this engine reads it."""
        text = self.engine.named(frontends.neutralised(context.source.text))
        return context.tar(text.encode(), reverse=reverse)

    def run(
        self,
        context: bytes,
        options: Sequence[str],
        progress: ProgressReader,
        cancelled: Callable[[], bool],
    ) -> Ended:
        with scratch() as home:
            process = subprocess.Popen(
                [*_leash(), "docker", *self._words(options), "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=self._environment(str(home)),
                start_new_session=True,
            )
            assert process.stdin is not None and process.stderr is not None  # noqa: S101, PT018 - both are pipes
            feeding = threading.Thread(target=_feed, args=(process.stdin, context), daemon=True)
            feeding.start()
            limit: Outcome | None = Outcome.CANCELLED  # what an interrupt of ours means
            try:
                limit = self._follow(process.stderr, progress, cancelled)
            finally:
                code = _end(process, at_once=limit is not None)
                feeding.join(GRACE_SECONDS)
                process.stderr.close()
        progress.end()
        return Ended(limit or (self.job.exceeded() if code else None), code)

    def _words(self, options: Sequence[str]) -> list[str]:
        words = ["buildx", "build", "--builder", "default", "--progress=rawjson", "--provenance=false", "--sbom=false"]
        if self.engine.network != "default":
            words += ["--network", self.engine.network]
        if self.job.cgroup_parent:
            words += ["--cgroup-parent", self.job.cgroup_parent]
        for limit in self.job.ulimits:
            words += ["--ulimit", limit]
        for argument in self.engine.build_arguments:
            words += ["--build-arg", argument]
        return [*words, *options]

    def _environment(self, home: str) -> dict[str, str]:
        """Nothing of the worker's: no credentials of a registry, no proxy, no context of the machine's owner."""
        path = os.defpath + ":/usr/local/bin"
        return {
            "DOCKER_HOST": self.engine.base_url,
            "PATH": path,
            "HOME": home,
            "DOCKER_CONFIG": home,
            "BUILDX_CONFIG": f"{home}/buildx",
        }

    def _follow(self, stderr: IO[bytes], progress: ProgressReader, cancelled: Callable[[], bool]) -> Outcome | None:
        begun = last = time.monotonic()
        count = 0
        with selectors.DefaultSelector() as selector:
            selector.register(stderr, selectors.EVENT_READ)
            while True:
                limit = self._over(time.monotonic(), begun, last, count) or self.job.exceeded()
                if cancelled() or limit:
                    return limit or Outcome.CANCELLED
                if not selector.select(0.2):
                    continue
                chunk = os.read(stderr.fileno(), _PIECE)
                if not chunk:
                    return None
                last, count = time.monotonic(), count + len(chunk)
                progress.feed(chunk)

    def _over(self, now: float, begun: float, last: float, count: int) -> Outcome | None:
        limits = self.engine.limits
        if now - begun > limits.wall_seconds:
            return Outcome.TIMEOUT
        if now - last > limits.idle_seconds:
            return Outcome.IDLE
        return Outcome.LOG_LIMIT if count > limits.log_bytes else None


def _leash() -> list[str]:
    """Where the worker is killed, its client ends too, and BuildKit gives the build up."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "KILL", "--"] if found else []


def _feed(stdin: IO[bytes], context: bytes) -> None:
    with suppress(BrokenPipeError, OSError), stdin:
        stdin.write(context)


def _end(process: subprocess.Popen[bytes], *, at_once: bool) -> int:
    """Its exit code; what still runs is asked to end and then made to."""
    signals = (signal.SIGTERM, signal.SIGKILL) if at_once else (0, signal.SIGTERM, signal.SIGKILL)
    for number in signals:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(CANCEL_SECONDS if number else GRACE_SECONDS)
    return process.wait()
