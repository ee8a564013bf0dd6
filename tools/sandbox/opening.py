"""Opens the builder that an installation asks for."""

from __future__ import annotations

from pathlib import Path

from tools.errors import LabFailed
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import Builder, NoBuilder
from tools.sandbox.engine.port import DEFAULT_ENGINE, TrustedEngine
from tools.sandbox.experiments.experiment import Experimenter
from tools.sandbox.experiments.performing import Experiments
from tools.sandbox.lab.engine import LabEngine, open_lab
from tools.sandbox.reproducibility.repeating import Repeater
from tools.sandbox.run_report import PATIENTLY, WatchTimes
from tools.sandbox.stack.blueprint import Blueprints, StackRunner

_OFF = "Builds are switched off here (TUTOR_BUILDS=off), so an instructor decides on them."


def open_builder(mode: str, base_url: str | None, lab_folder: Path, times: WatchTimes = PATIENTLY) -> Builder:
    """`off`, `lab`, `trusted`, or `auto`: the lab where it was started, else the person's engine where one answers."""
    if mode == "off":
        return NoBuilder(_OFF)
    lab = open_lab(lab_folder)
    if mode == "lab" or (mode == "auto" and not base_url and _is_started(lab)):
        return BuildKit(lab, times)
    engine = TrustedEngine(base_url or DEFAULT_ENGINE)
    status = engine.status()
    return BuildKit(engine, times) if status.available else NoBuilder(status.reason)


def experimenter(builder: Builder) -> Experimenter | None:
    """None where nothing can be run: then what was recorded has to do."""
    return Experiments(builder) if isinstance(builder, BuildKit) and builder.status().available else None


def repeater(builder: Builder) -> Repeater | None:
    return builder if isinstance(builder, BuildKit) else None


def stack_runner(builder: Builder) -> StackRunner | None:
    """None where nothing can be started."""
    return Blueprints(builder) if isinstance(builder, BuildKit) and builder.status().available else None


def tend(builder: Builder) -> None:
    """Looks after an engine of ours between builds; whoever runs builds calls it every minute."""
    if isinstance(builder, BuildKit) and isinstance(builder.engine, LabEngine):
        builder.engine.tend()


def _is_started(lab: LabEngine) -> bool:
    try:
        return bool(lab.lab.state.process)
    except LabFailed:
        return False
