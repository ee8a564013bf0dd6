"""Experiments on images: builds and starts them one after another, and measures what they are and do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from docker.errors import DockerException

from tools.dockerfile import DOCKERFILE
from tools.errors import BuilderUnavailable
from tools.sandbox.build.buildx import Buildx
from tools.sandbox.build.context import Context
from tools.sandbox.build.progress import ProgressReader
from tools.sandbox.builder import BuildProgress
from tools.sandbox.engine.port import Engine, EngineJob, client
from tools.sandbox.experiments.experiment import ExperimentResult, ExperimentSpec, StepSpec, observed, on_engine
from tools.sandbox.image.inspection import final_stage, look_inside
from tools.sandbox.image.running import BRIEFLY, Watcher, watch
from tools.sandbox.run_report import STOP_SECONDS, RunReport
from tools.uploads.files import SourceFile, Upload

UNIQUE = "@run@"  # in files: another text in each run, so that no cache answers for it
_BUSYBOX = re.compile(r"(?m)^(FROM )busybox:\S+")
_MEGABYTE = 1_000_000


@dataclass
class Bench:
    """One run of an experiment: images by the names of its steps, and what was measured of them."""

    engine: Engine
    job: EngineJob
    client: Any
    on_progress: Callable[[BuildProgress], None]
    cancelled: Callable[[], bool]
    values: dict[str, str] = field(default_factory=dict)
    _tags: list[str] = field(default_factory=list)
    _images: dict[str, str] = field(default_factory=dict)
    _unique: str = field(default_factory=lambda: uuid4().hex)

    def take(self, number: int, of: int, step: StepSpec) -> None:
        if self.cancelled():
            raise BuilderUnavailable("The experiment was stopped.")
        what = f"building “{step.build}”" if step.build else f"starting “{step.image}”"
        self.on_progress(BuildProgress(number, of, what))
        if step.build:
            self._build(step)
        else:
            self._run(step)

    def _build(self, step: StepSpec) -> None:
        tag = step.tag or f"tutor-experiment:{uuid4().hex}"
        progress = ProgressReader(lambda _: None)
        options = ["--load", "--tag", tag, "--file", "Dockerfile"]
        ended = Buildx(self.engine, self.job).run(self._context(step).tar(), options, progress, self.cancelled)
        if ended.limit is not None or ended.code:
            said = progress.error or " ".join(progress.said[-2:])
            raise BuilderUnavailable(f"The experiment could not be built here: {said[:200]}")
        self._tags.append(tag)
        image = self.client.images.get(tag)
        self._images[step.build] = image.id
        self.values |= dict(self._of_image(step.build, image, progress, step.files["Dockerfile"]))

    def _context(self, step: StepSpec) -> Context:
        base = self._busybox()
        texts = {path: text.replace(UNIQUE, self._unique) for path, text in step.files.items()}
        texts["Dockerfile"] = _BUSYBOX.sub(rf"\g<1>{base}", texts["Dockerfile"])
        upload = Upload.of(SourceFile(path, text.encode()) for path, text in texts.items())
        return Context("Dockerfile", upload.files, upload.of_kind(DOCKERFILE)[0])

    def _busybox(self) -> str:
        """Whichever the engine has: the experiments need a shell and no more."""
        local = (tag for image in self.client.images.list() for tag in image.tags)
        names = [*self.engine.offered(), *sorted(local)]
        return next((name for name in names if name.startswith("busybox:")), "busybox:1.36")

    def _of_image(self, name: str, image: Any, progress: ProgressReader, text: str) -> Iterator[tuple[str, str]]:
        config = image.attrs.get("Config") or {}
        yield f"{name}.megabytes", f"{int(image.attrs['Size']) / _MEGABYTE:.1f}"
        yield f"{name}.steps", str(progress.steps)
        yield f"{name}.rebuilt", str(progress.steps - progress.cached)
        yield f"{name}.history", "\n".join(str(row.get("CreatedBy", "")) for row in reversed(image.history()))
        inside = look_inside(image.attrs, self.engine.base_url, final_stage(text))
        yield f"{name}.hidden", str(inside.hidden)
        yield f"{name}.user", str(config.get("User") or "root")

    def _run(self, step: StepSpec) -> None:
        watcher = Watcher(self.job, BRIEFLY, self.engine.processes, self.cancelled)
        report = watch(self.client, self._images[step.image], watcher)
        self.values |= dict(_of_run(step.run, report))
        self.values[f"{step.run}.published"] = str(self._published(self._images[step.image]))

    def _published(self, image: str) -> int:
        """How many ports of the host lead to a container of it that nobody published anything of."""
        container = self.client.containers.create(image)
        try:
            return len(container.attrs["HostConfig"].get("PortBindings") or {})
        finally:
            container.remove(force=True, v=True)

    def clear(self) -> None:
        for name in (*self._tags, *self._images.values()):
            with suppress(DockerException):
                self.client.images.remove(name, force=True)


def _release(info: Mapping[str, Any]) -> str:
    """Of the kernel, without what its packager added."""
    return str(info["KernelVersion"]).partition("-")[0]


def _of_run(name: str, report: RunReport) -> Iterator[tuple[str, str]]:
    yield f"{name}.output", report.log or "(nothing)"
    yield f"{name}.code", "" if report.exit_code is None else str(report.exit_code)
    yield f"{name}.health", report.health
    if report.stayed_up:
        killed = report.stop_seconds is None
        yield f"{name}.stop", f"{float(STOP_SECONDS if killed else report.stop_seconds or 0):.1f}"
        yield f"{name}.ending", "killed" if killed else "ended by itself"


def perform_images(
    experiment: ExperimentSpec,
    engine: Engine,
    *,
    on_progress: Callable[[BuildProgress], None],
    cancelled: Callable[[], bool],
) -> ExperimentResult:
    try:
        with engine.job() as job, client(engine.base_url) as opened:
            info = opened.info()
            bench = Bench(engine, job, opened, on_progress, cancelled, {"engine.kernel": _release(info)})
            try:
                for number, step in enumerate(experiment.steps, 1):
                    bench.take(number, len(experiment.steps), step)
            finally:
                bench.clear()
            on = on_engine(str(info["ServerVersion"]))
            return observed(experiment, bench.values, on=on, was_recorded=False)
    except (DockerException, OSError, KeyError) as error:
        raise BuilderUnavailable(f"The engine failed during the experiment ({type(error).__name__}).") from None
