"""What our build costs beside plain `docker buildx build` of the same files, and what a receipt of a large image takes.

Needs an engine: the one of the settings. The base is whatever busybox the engine has.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from agent.settings import Settings
from evals.benchmarks.timing import Measured
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.build.buildx import Buildx
from tools.sandbox.build.context import context_of
from tools.sandbox.build.progress import ProgressReader
from tools.sandbox.engine.port import client
from tools.sandbox.opening import open_builder
from tools.uploads.files import SourceFile, Upload

SMALL = {
    "one step": 'FROM {base}\nRUN echo {unique} > /a\nCMD ["true"]\n',
    "copies": 'FROM {base}\nCOPY . /app/\nRUN echo {unique} > /a\nCMD ["true"]\n',
    "five steps": 'FROM {base}\nRUN echo {unique}\nRUN echo 2\nRUN echo 3\nRUN echo 4\nRUN echo 5\nCMD ["true"]\n',
    "two stages": 'FROM {base} AS one\nRUN echo {unique} > /a\nFROM {base}\nCOPY --from=one /a /a\nCMD ["true"]\n',
    "many files": 'FROM {base}\nRUN for n in $(seq 3000); do echo {unique} > /f$n; done\nCMD ["true"]\n',
}
LARGE = 'FROM {base}\nRUN head -c 500000000 /dev/urandom > /a\nRUN head -c 500000000 /dev/urandom > /b\nCMD ["true"]\n'


def building() -> Iterator[Measured | str]:
    settings = Settings.read()
    builder = open_builder(settings.builds.value, settings.engine_url or None, settings.lab_folder)
    if not isinstance(builder, BuildKit):
        yield f"builds: not measured. {builder.status().reason}"
        return
    base = _busybox(builder)
    cold, cached = zip(*(_compared(builder, base, text) for text in SMALL.values()), strict=True)
    yield f"our build beside plain buildx, cold: {statistics.mean(cold):.2f} times (aim 1.15)"
    yield f"our build beside plain buildx, cached: {statistics.mean(cached):.2f} times (aim 1.15)"
    text = SMALL["five steps"].format(base=base, unique=uuid4().hex)
    _ours(builder, text)
    yield "no-op build with its receipt (aim 2,000)", [1_000 * _ours(builder, text) for _ in range(3)]
    yield from _large(builder, base)


def _compared(builder: BuildKit, base: str, text: str) -> tuple[float, float]:
    """Build time alone: what a receipt adds is measured by itself. Plain and ours take turns."""
    mine, plain = text.format(base=base, unique=uuid4().hex), text.format(base=base, unique=uuid4().hex)
    times = [(_building(builder, mine), _plain(builder, plain)) for _ in range(2)]
    (cold, plain_cold), (cached, plain_cached) = times
    return cold / plain_cold, cached / plain_cached


def _upload(text: str) -> Upload:
    return Upload.of([SourceFile("Dockerfile", text.encode()), SourceFile("app.txt", b"x" * 1000)])


def _ours(builder: BuildKit, text: str) -> float:
    begun = time.perf_counter()
    receipt = builder.build(_upload(text), on_progress=lambda _: None, cancelled=lambda: False)
    assert receipt.outcome == "built", receipt
    return time.perf_counter() - begun


def _building(builder: BuildKit, text: str) -> float:
    """From the request to the built image."""
    begun = time.perf_counter()
    context = context_of(_upload(text))
    assert context is not None
    with builder.engine.job() as job:
        tag = f"tutor-bench:{uuid4().hex}"
        options = ["--load", "--tag", tag, "--file", "Dockerfile"]
        Buildx(builder.engine, job).run(context.tar(), options, ProgressReader(lambda _: None), lambda: False)
    spent = time.perf_counter() - begun
    _forget(builder, tag)
    return spent


def _plain(builder: BuildKit, text: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        for file in _upload(text):
            (Path(folder) / file.path).write_bytes(file.data)
        tag = f"tutor-bench:{uuid4().hex}"
        command = ["docker", "buildx", "build", "--provenance=false", f"--network={builder.engine.network}"]
        command += ["--load", "--tag", tag, folder]
        environment = {"DOCKER_HOST": builder.engine.base_url, "PATH": os.defpath, "HOME": folder}
        begun = time.perf_counter()
        subprocess.run(command, env=environment, capture_output=True, check=True)
        spent = time.perf_counter() - begun
    _forget(builder, tag)
    return spent


def _large(builder: BuildKit, base: str) -> Iterator[Measured | str]:
    """The image is built before, so what is measured is its receipt."""
    text = LARGE.format(base=base)
    _building(builder, text)
    yield "receipt of an image of 1 GB (aim 10,000)", [1_000 * _ours(builder, text)]


def _forget(builder: BuildKit, tag: str) -> None:
    with client(builder.engine.base_url) as opened:
        opened.images.remove(tag, force=True)


def _busybox(builder: BuildKit) -> str:
    with client(builder.engine.base_url) as opened:
        local = sorted(tag for image in opened.images.list() for tag in image.tags)
    return next((tag for tag in local if tag.startswith("busybox:")), "busybox:stable")
