"""The lab engine: how soon it is new again, what our build costs beside a plain one, and the bot under attack."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from agent.app import Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.settings import Settings
from evals.benchmarks.timing import Measured, timed
from knowledge.course.loader import load_course
from tools.errors import LabFailed
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.build.buildx import Buildx
from tools.sandbox.build.context import Context, context_of
from tools.sandbox.build.progress import ProgressReader
from tools.sandbox.lab.engine import LabEngine, open_lab
from tools.sandbox.lab.limits import MIB, LabConfig, LabLimits
from tools.sandbox.lab.machine import check_machine
from tools.uploads.files import SourceFile, Upload

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "runtime-tutor"
BUSYBOX = CACHE / "base-images" / "busybox-stable.tar"
CONFIG = LabConfig(
    limits=LabLimits(wall_seconds=10, idle_seconds=5, cpu_seconds=6, memory_bytes=256 * MIB, disk_bytes=256 * MIB),
    disk_bytes=1024 * MIB,
)
RUNS = 5
BASE = "FROM busybox:stable\n"
DOCKERFILES = {
    "one step": BASE + "RUN echo 1 >/a\n",
    "five steps": BASE + "".join(f"RUN echo {number} >/{number}\n" for number in range(5)),
    "files copied": BASE + "COPY . /app\nRUN ls /app\n",
    "two stages": "FROM busybox:stable AS build\nRUN echo 1 >/a\nFROM busybox:stable\nCOPY --from=build /a /a\n",
    "heredoc": BASE + "RUN <<EOF\necho 1 >/a\ncat /a\nEOF\n",
}
HOSTILE = (
    "RUN f() { f | f & }; f; sleep 60",
    "RUN tail /dev/zero",
    "RUN for i in 1 2 3 4 5 6; do dd if=/dev/zero of=/f$i bs=1M count=60; done",
    "RUN mkdir /d; cd /d; i=0; while :; do : >f$i; i=$((i+1)); done",
    "RUN for i in 1 2 3 4 5 6 7 8; do while :; do :; done & done; wait",
    "RUN yes",
    "RUN sleep 1000",
    "RUN while :; do sleep 100 & done",
    "RUN truncate -s 1T /x",
    "RUN --mount=type=tmpfs,target=/m for i in 1 2 3 4 5 6; do dd if=/dev/zero of=/m/$i bs=1M count=60; done",
)


def engine() -> Iterator[Measured | str]:
    try:
        check_machine()
    except LabFailed as error:
        yield f"the lab engine was not measured: {error}"
        return
    if not BUSYBOX.exists():
        yield "the lab engine was not measured: make its base image with scripts/base-images"
        return
    lab = open_lab(CACHE / "bench-lab")
    lab.lab.start(CONFIG)
    try:
        with BUSYBOX.open("rb") as archive:
            lab.lab.load(archive)
        yield from _measured(lab)
    finally:
        lab.lab.stop()


def _measured(lab: LabEngine) -> Iterator[Measured | str]:
    yield "engine reset", timed([lab.lab.reset] * RUNS)
    yield "self-test of all limits", timed([lab.test] * 2)
    yield from _overhead(lab)
    yield from _under_attack(lab)


def _overhead(lab: LabEngine) -> Iterator[Measured]:
    """The same context, engine and flags; ours adds the job's limits, the progress and the watching."""
    for name, text in DOCKERFILES.items():
        upload = Upload.of([SourceFile("Dockerfile", text.encode()), SourceFile("app.py", b"print(1)\n")])
        context = context_of(upload)
        assert context is not None
        for how, options in (("cold", ["--no-cache"]), ("cached", [])):
            yield f"plain buildx, {name}, {how}", timed([partial(_plain, lab, context, options)] * RUNS)
            yield f"our build, {name}, {how}", timed([partial(_ours, lab, context, options)] * RUNS)
    upload = Upload.of([SourceFile("Dockerfile", (BASE + 'CMD ["true"]\n').encode())])
    yield "no-op build to its receipt", timed([lambda: _receipt(lab, upload)] * RUNS)


def _plain(lab: LabEngine, context: Context, options: list[str]) -> None:
    command = ["docker", "buildx", "build", "--builder=default", "--provenance=false", f"--network={lab.network}"]
    environment = {"PATH": os.defpath + ":/usr/local/bin", "HOME": "/nonexistent", "DOCKER_HOST": lab.base_url}
    done = subprocess.run(
        [*command, *options, "--load", "--tag", "plain:1", "-"],
        input=context.tar(), env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-300:]


def _ours(lab: LabEngine, context: Context, options: list[str]) -> None:
    with lab.job() as job:
        words = [*options, "--load", "--tag", "ours:1"]
        ended = Buildx(lab, job).run(context.tar(), words, ProgressReader(lambda _: None), lambda: False)
    assert ended.code == 0


def _receipt(lab: LabEngine, upload: Upload) -> str:
    return BuildKit(lab).build(upload, on_progress=lambda _: None, cancelled=lambda: False).outcome.value


def _under_attack(lab: LabEngine) -> Iterator[Measured | str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read(data=Path(folder), builds="off")
        with open_tutoring(settings) as tutoring:
            texts = [question.text for lesson in load_course().lessons for question in lesson.questions]
            yield "a turn, nothing else running", timed([_turn(tutoring, n, text) for n, text in enumerate(texts[:20])])
            yield from _attacked(lab, tutoring, texts)


def _attacked(lab: LabEngine, tutoring: Tutoring, texts: list[str]) -> Iterator[Measured | str]:
    ended: list[str] = []

    def attack() -> None:
        for step in HOSTILE:
            upload = Upload.of([SourceFile("Dockerfile", (BASE + step + "\n").encode())])
            ended.append(_receipt(lab, upload))

    thread = threading.Thread(target=attack)
    memory, room = _memory(), shutil.disk_usage("/").free
    low_memory, low_room = memory, room
    replies: list[float] = []
    thread.start()
    while thread.is_alive():
        number = len(replies)
        replies.append(_milliseconds(_turn(tutoring, 1_000 + number, texts[number % len(texts)])))
        low_memory, low_room = min(low_memory, _memory()), min(low_room, shutil.disk_usage("/").free)
        time.sleep(0.1)
    yield f"a turn, during {len(HOSTILE)} hostile builds", replies
    yield f"hostile builds ended as: {', '.join(ended)}"
    yield f"the machine had at least {low_memory // MIB} MiB of memory free ({memory // MIB} before)"
    yield f"and gave at most {(room - low_room) // MIB} MiB of its disk; the engine's is {CONFIG.disk_bytes // MIB} MiB"


def _turn(tutoring: Tutoring, number: int, text: str) -> Callable[[], object]:
    return lambda: tutoring.take(Turn(f"e{number}", f"c{number}", Person("T:bench", "bench"), text))


def _milliseconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1_000


def _memory() -> int:
    rows = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(rows["MemAvailable"].split()[0]) * 1024
