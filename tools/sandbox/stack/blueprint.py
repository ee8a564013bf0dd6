"""Brings a blueprint up: builds what it builds, starts it in its order, and makes the receipt of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import uuid4

from docker.errors import DockerException

from tools.errors import BuilderUnavailable
from tools.sandbox.build import outcomes
from tools.sandbox.build.buildkit import BuildKit, Cancelled, OnProgress
from tools.sandbox.builder import MISSING_BASE, BuildProgress, BuildReceipt, Outcome
from tools.sandbox.engine.port import EngineJob, buildx_version, client
from tools.sandbox.image.inspection import look_inside, stage_named
from tools.sandbox.stack.docker_stack import docker_stack
from tools.sandbox.stack.images import images_at_hand
from tools.sandbox.stack.keys import stack_key
from tools.sandbox.stack.leavings import sweep
from tools.sandbox.stack.plan import StackPlan
from tools.sandbox.stack.planning import blueprint_of, plan_of
from tools.sandbox.stack.receipt import StackEvent, StackReceipt
from tools.sandbox.stack.runner import StackRun
from tools.uploads.files import Upload

_LIMITS = {
    Outcome.MEMORY: "it used more memory than a stack is given",
    Outcome.PIDS: "it started more processes than a stack is given",
    Outcome.CPU: "it used more processor time than a stack is given",
    Outcome.DISK: "it wrote more to disk than a stack is given",
}


class StackRunner(Protocol):
    def up(
        self, upload: Upload, *, on_progress: OnProgress, cancelled: Cancelled, profiles: Collection[str] = ()
    ) -> BuildReceipt:
        """What is the learner's is in the receipt; an engine that fails gives one that is INFRASTRUCTURE."""
        ...


@dataclass(frozen=True)
class Blueprints:
    """Runs stacks on the engine that a BuildKit builds on."""

    kit: BuildKit

    def up(
        self, upload: Upload, *, on_progress: OnProgress, cancelled: Cancelled, profiles: Collection[str] = ()
    ) -> BuildReceipt:
        stack = blueprint_of(upload)
        receipt = BuildReceipt(stack_key(upload) or upload.digest, Outcome.BUILT, "", builder=buildx_version())
        if stack is None:
            return replace(receipt, outcome=Outcome.REFUSED, summary="There is no Compose file to start.")
        plan = plan_of(stack, upload, profiles)
        told = StackReceipt(plan.path, left_out=plan.left_out, notes=plan.notes, refused=plan.refused)
        receipt = replace(receipt, stack=told)
        if plan.refused:
            return replace(receipt, outcome=Outcome.REFUSED, summary=plan.refused, cause="blueprint")
        try:
            with self.kit.engine.job() as job:
                return _Bringing(self.kit, job, plan, receipt, on_progress, cancelled).up()
        except (DockerException, OSError, BuilderUnavailable) as error:
            return outcomes.unavailable(receipt, error)


@dataclass
class _Bringing:
    """One blueprint on one job."""

    kit: BuildKit
    job: EngineJob
    plan: StackPlan
    receipt: BuildReceipt
    on_progress: OnProgress
    cancelled: Cancelled

    def up(self) -> BuildReceipt:
        begun = time.monotonic()
        made: dict[str, BuildReceipt] = {}
        tags = {key: f"tutor-stack:{uuid4().hex}" for key in self.plan.builds}
        try:
            with client(self.kit.engine.base_url) as opened:
                sweep(opened)
                self.receipt = replace(self.receipt, engine=str(opened.version()["Version"]))
                images, missing, notes = images_at_hand(opened, self.kit.engine, self.plan, tags)
                if missing:
                    return self._without(missing)
                for key, tag in tags.items():
                    made[key] = self._built(opened, key, tag)
                    if made[key].outcome is not Outcome.BUILT:
                        return replace(made[key], inputs=self.receipt.inputs, stack=self.receipt.stack)
                return self._started(opened, images, made, notes, begun)
        finally:
            for tag in tags.values():
                self.kit.forget(tag)

    def _without(self, missing: tuple[str, ...]) -> BuildReceipt:
        listed = ", ".join(f"`{name[:80]}`" for name in missing)
        summary = f"I can not start the blueprint here: I have no image {listed}."
        stack = replace(self.receipt.stack, not_here=missing) if self.receipt.stack else None
        return replace(self.receipt, outcome=Outcome.REFUSED, summary=summary, cause=MISSING_BASE, stack=stack)

    def _built(self, opened: Any, key: str, tag: str) -> BuildReceipt:
        build = self.plan.builds[key]
        receipt = replace(self.receipt, dockerfile=build.context.source.path, stack=None)
        refused = self.kit.refused(receipt, build.context)
        if refused is not None:
            return refused
        options = [word for name, value in build.args for word in ("--build-arg", f"{name}={value}")]
        options += ["--target", build.target] if build.target else []
        receipt = self.kit.make(self.job, receipt, build.context, tag, self.on_progress, self.cancelled, options)
        if receipt.outcome is not Outcome.BUILT:
            return receipt
        image = opened.images.get(tag)
        stage = stage_named(build.context.source.text, build.target)
        inside = look_inside(image.attrs, self.kit.engine.base_url, stage)
        return outcomes.built(replace(receipt, image=str(image.id)), inside, None)

    def _started(
        self,
        opened: Any,
        images: Mapping[str, str],
        made: Mapping[str, BuildReceipt],
        notes: tuple[str, ...],
        begun: float,
    ) -> BuildReceipt:
        with docker_stack(opened, self.kit.engine, self.job) as engine:
            run = StackRun(self.plan, engine, images, self.kit.times, self._over(), self._shown)
            services = run.run()
        told = self.receipt.stack or StackReceipt(self.plan.path)
        told = replace(
            told,
            services=services,
            events=tuple(run.events),
            waits=tuple(run.waits),
            answers=tuple(run.answers),
            notes=(*told.notes, *notes, *self._said_of_modes()),
            ended_by=run.ended_by,
            seconds=run.seconds,
            up_seconds=run.up_seconds,
        )
        whole = outcomes.together(list(made.values())) if made else self.receipt
        outcome = Outcome.CANCELLED if self.cancelled() else Outcome.BUILT
        seconds = round(time.monotonic() - begun, 1)
        return replace(whole, inputs=self.receipt.inputs, outcome=outcome, stack=told, seconds=seconds)

    def _said_of_modes(self) -> tuple[str, ...]:
        said = (build.context.said_of_modes for build in self.plan.builds.values())
        return tuple(dict.fromkeys(sentence for sentence in said if sentence))

    def _over(self) -> Callable[[], str]:
        deadline = time.monotonic() + self.kit.engine.limits.stack_seconds

        def over() -> str:
            if self.cancelled():
                return "it was stopped"
            limit = self.job.exceeded(as_a_whole=True)
            if limit is not None:
                return _LIMITS.get(limit, "it reached a limit")
            return "it took longer than a stack is given" if time.monotonic() > deadline else ""

        return over

    def _shown(self, event: StackEvent) -> None:
        self.on_progress(BuildProgress(0, 0, f"{event.service} {event.text}"))
