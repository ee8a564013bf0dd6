"""Experiments on stacks: each step starts a blueprint as `tutor up` does, and measures what its services did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tools.errors import BuilderUnavailable
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import BuildProgress, BuildReceipt
from tools.sandbox.experiments.experiment import ExperimentResult, ExperimentSpec, StepSpec, observed, on_engine
from tools.sandbox.run_report import WatchTimes
from tools.sandbox.stack.blueprint import Blueprints
from tools.sandbox.stack.receipt import Answer, EventKind, ServiceReport, StackReceipt
from tools.sandbox.stack.timeline import timeline
from tools.uploads.files import SourceFile, Upload

WATCH_SECONDS, SETTLE_SECONDS = 5.0, 1.0


def perform_stacks(
    experiment: ExperimentSpec,
    kit: BuildKit,
    *,
    on_progress: Callable[[BuildProgress], None],
    cancelled: Callable[[], bool],
) -> ExperimentResult:
    values: dict[str, str] = {}
    engine = ""
    for number, step in enumerate(experiment.steps, 1):
        on_progress(BuildProgress(number, len(experiment.steps), f"starting “{step.up}”"))
        receipt = _up(step, kit, cancelled)
        if cancelled():
            raise BuilderUnavailable("The experiment was stopped.")
        if receipt.stack is None or not receipt.stack.services:
            raise BuilderUnavailable(f"The experiment could not be started here: {receipt.summary[:200]}")
        values |= dict(measured(step.up, receipt.stack))
        engine = receipt.engine or engine
    return observed(experiment, values, on=on_engine(engine), was_recorded=False)


def _up(step: StepSpec, kit: BuildKit, cancelled: Callable[[], bool]) -> BuildReceipt:
    """Watched for as long as the step asks, which is shorter than a learner's own stack is."""
    brief = replace(kit, times=WatchTimes(step.watch or WATCH_SECONDS, step.watch or WATCH_SECONDS, SETTLE_SECONDS))
    upload = Upload.of(SourceFile(path, text.encode()) for path, text in step.files.items())
    return Blueprints(brief).up(upload, on_progress=lambda _: None, cancelled=cancelled)


def measured(step: str, stack: StackReceipt) -> Iterator[tuple[str, str]]:
    yield f"{step}.timeline", timeline(stack.events)
    for service in stack.services:
        name = f"{step}.{service.name}"
        yield from ((f"{name}.{measure}", value) for measure, value in _of_service(service, stack))


def _of_service(service: ServiceReport, stack: StackReceipt) -> Iterator[tuple[str, str]]:
    run = service.run
    yield "output", "; ".join(run.log.splitlines() if run is not None else ()) or "(nothing)"
    yield "state", _state(service)
    yield "code", str(run.exit_code) if run is not None and run.exit_code is not None else ""
    yield "health", run.health if run is not None else ""
    yield "restarts", str(service.restarts)
    yield "memory", "ran out of it" if run is not None and run.out_of_memory else "enough"
    yield "answers", _answers([answer for answer in stack.answers if answer.service == service.name])
    begun = [event.seconds for event in stack.events if (event.service, event.kind) == (service.name, _STARTED)]
    yield "began", f"{begun[0]:.1f}" if begun else ""


_STARTED = EventKind.STARTED


def _state(service: ServiceReport) -> str:
    """Of the moment before the stack was told to stop."""
    if service.run is None or not service.run.started:
        return "not started"
    return "running" if service.run.stayed_up else "ended"


def _answers(answers: list[Answer]) -> str:
    """To another container, on the first port that it names."""
    if not answers:
        return "was not asked"
    first = answers[0]
    return str(first.status or "connected") if first.connected else "nobody"
