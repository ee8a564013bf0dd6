"""Builds an upload with BuildKit on an engine, and makes the receipt of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import uuid4

from docker.errors import DockerException

from tools.errors import BuilderUnavailable, UnreadableFile
from tools.sandbox.build import outcomes
from tools.sandbox.build.buildx import Buildx
from tools.sandbox.build.context import Context, context_of, contexts_of, key_of
from tools.sandbox.build.progress import ProgressReader
from tools.sandbox.build.refusals import Policy, refusal
from tools.sandbox.builder import BuilderStatus, BuildProgress, BuildReceipt, Outcome
from tools.sandbox.engine.port import Engine, EngineJob, answers, buildx_version, client
from tools.sandbox.image.inspection import Inside, final_stage, look_inside
from tools.sandbox.image.running import Watcher, watch
from tools.sandbox.reproducibility.repeating import repeat
from tools.sandbox.reproducibility.repetition import Repetition, Rung
from tools.sandbox.run_report import PATIENTLY, RunReport, WatchTimes
from tools.uploads.files import Upload

REMEMBERED, MAX_DOCKERFILES = 64, 4

OnProgress = Callable[[BuildProgress], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class BuildKit:
    """The Builder for every engine. What an image holds and does is remembered by its id: it is the same each time."""

    engine: Engine
    times: WatchTimes = PATIENTLY
    _known: dict[str, tuple[Inside, RunReport]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def status(self) -> BuilderStatus:
        return self.engine.status()

    def build(self, upload: Upload, *, on_progress: OnProgress, cancelled: Cancelled) -> BuildReceipt:
        """Each Dockerfile in turn, until one does not build or run."""
        contexts = contexts_of(upload)
        key = key_of(contexts)
        if key is None:
            return BuildReceipt(upload.digest, Outcome.REFUSED, "There is no Dockerfile to build.")
        if len(contexts) > MAX_DOCKERFILES:
            sentence = f"There are {len(contexts)} Dockerfiles, and I build up to {MAX_DOCKERFILES} of an upload."
            return BuildReceipt(key, Outcome.REFUSED, f"{sentence} Which of them does your blueprint need?")
        made = list[BuildReceipt]()
        for context in contexts:
            said = partial(_said_of, context, on_progress) if len(contexts) > 1 else on_progress
            made.append(self._build(key, context, said, cancelled))
            if not made[-1].builds_and_runs:
                break
        return outcomes.together(made)

    def _build(self, key: str, context: Context, on_progress: OnProgress, cancelled: Cancelled) -> BuildReceipt:
        receipt = BuildReceipt(key, Outcome.BUILT, "", dockerfile=context.source.path)
        refused = self.refused(receipt, context)
        if refused is not None:
            return refused
        started = time.monotonic()
        receipt = replace(receipt, builder=buildx_version())
        made = self._attempt(receipt, context, on_progress, cancelled)
        if made.outcome is Outcome.INFRASTRUCTURE and not cancelled():  # what the engine got wrong is tried once more
            made = self._attempt(receipt, context, on_progress, cancelled)
        notes = (*made.notes, *([context.said_of_modes] if context.said_of_modes else []))
        return replace(made, seconds=round(time.monotonic() - started, 1), notes=notes)

    def repeat(self, upload: Upload, *, on_progress: OnProgress, cancelled: Cancelled) -> Repetition:
        """Raises BuilderUnavailable where the engine fails."""
        context = context_of(upload)
        if context is None:
            return Repetition(Rung.NOT_COMPARABLE, "There is no Dockerfile to build.")
        refused = self.refused(BuildReceipt(context.key, Outcome.BUILT, ""), context)
        if refused is not None:
            return Repetition(Rung.NOT_COMPARABLE, refused.summary)
        return repeat(context, self.engine, on_progress=on_progress, cancelled=cancelled)

    def policy(self) -> Policy:
        return Policy(self.engine.isolated, self.engine.allows, self.engine.offered())

    def refused(self, receipt: BuildReceipt, context: Context) -> BuildReceipt | None:
        try:
            text = context.source.text
        except UnreadableFile as error:
            return replace(receipt, outcome=Outcome.REFUSED, summary=str(error))
        found = refusal(text, self.policy())
        if found is None:
            return None
        return replace(
            receipt,
            outcome=Outcome.REFUSED,
            summary=found.sentence,
            cause=found.rule,
            failed_line=found.line,
            failed_step=found.step,
        )

    def _attempt(
        self, receipt: BuildReceipt, context: Context, on_progress: OnProgress, cancelled: Cancelled
    ) -> BuildReceipt:
        tag = f"tutor-build:{uuid4().hex}"
        try:
            with self.engine.job() as job:
                try:
                    return self._on(job, receipt, context, tag, on_progress, cancelled)
                finally:
                    self.forget(tag)
        except (DockerException, OSError, BuilderUnavailable) as error:
            return outcomes.unavailable(receipt, error)

    def _on(
        self,
        job: EngineJob,
        receipt: BuildReceipt,
        context: Context,
        tag: str,
        on_progress: OnProgress,
        cancelled: Cancelled,
    ) -> BuildReceipt:
        made = self.make(job, receipt, context, tag, on_progress, cancelled)
        return self._look(made, context, tag, job, cancelled) if made.outcome is Outcome.BUILT else made

    def make(
        self,
        job: EngineJob,
        receipt: BuildReceipt,
        context: Context,
        tag: str,
        on_progress: OnProgress,
        cancelled: Cancelled,
        more: Sequence[str] = (),
    ) -> BuildReceipt:
        """Builds the image, and neither looks into it nor starts it; `more` are options of buildx."""
        progress = ProgressReader(on_progress)
        buildx = Buildx(self.engine, job)
        options = ["--load", "--tag", tag, "--file", context.dockerfile, *more]
        options += ["--build-arg", f"BUILDKIT_CACHE_MOUNT_NS={tag[-32:]}"]
        ended = buildx.run(buildx.sent(context), options, progress, cancelled)
        receipt = replace(receipt, steps=progress.steps, cached_steps=progress.cached)
        if ended.limit is None and not ended.code:
            return receipt
        if ended.limit is not None and not answers(self.engine.base_url):
            self.engine.recover()
        return outcomes.ended(receipt, context, progress, ended, measures=self.engine.isolated)

    def _look(
        self, receipt: BuildReceipt, context: Context, tag: str, job: EngineJob, cancelled: Cancelled
    ) -> BuildReceipt:
        with client(self.engine.base_url) as opened:
            built = opened.images.get(tag)
            image, version = str(built.id), str(opened.version()["Version"])
            receipt = replace(receipt, engine=version, image=image)
            if 0 < self.engine.limits.image_bytes < int(built.attrs.get("Size") or 0):
                return outcomes.too_large(receipt, built.attrs["Size"], self.engine.limits.image_bytes, built.history())
            known = self._known.get(image)
            if known is None:
                known = self._seen(opened, tag, context, Watcher(job, self.times, self.engine.processes, cancelled))
        if cancelled():
            return outcomes.cancelled(receipt)
        return outcomes.built(receipt, *known)

    def _seen(self, opened: Any, tag: str, context: Context, watcher: Watcher) -> tuple[Inside, RunReport]:
        """What does not run is looked at again each time: it may have been the machine."""
        attributes: dict[str, Any] = opened.images.get(tag).attrs
        with ThreadPoolExecutor(max_workers=1) as pool:  # the image is read while it runs
            reading = pool.submit(look_inside, attributes, self.engine.base_url, final_stage(context.source.text))
            run = watch(opened, tag, watcher)
            inside = reading.result()
        if run.is_good and not inside.unread:
            self._remember(str(attributes["Id"]), inside, run)
        return inside, run

    def _remember(self, image: str, inside: Inside, run: RunReport) -> None:
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[image] = (inside, run)

    def forget(self, tag: str) -> None:
        with suppress(DockerException, OSError), client(self.engine.base_url) as opened:
            opened.images.remove(tag, force=True)


def _said_of(context: Context, on_progress: OnProgress, progress: BuildProgress) -> None:
    on_progress(replace(progress, text=f"{context.source.path}: {progress.text}"))
