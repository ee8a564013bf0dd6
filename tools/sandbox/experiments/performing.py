"""Runs an experiment, whichever its kind, on the engine that a BuildKit builds on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import BuildProgress
from tools.sandbox.experiments.experiment import ExperimentResult, ExperimentSpec
from tools.sandbox.experiments.images import perform_images
from tools.sandbox.experiments.stacks import perform_stacks


@dataclass(frozen=True)
class Experiments:
    """The Experimenter of every engine."""

    kit: BuildKit

    def perform(
        self,
        experiment: ExperimentSpec,
        *,
        on_progress: Callable[[BuildProgress], None],
        cancelled: Callable[[], bool],
    ) -> ExperimentResult:
        if any(step.up for step in experiment.steps):
            return perform_stacks(experiment, self.kit, on_progress=on_progress, cancelled=cancelled)
        return perform_images(experiment, self.kit.engine, on_progress=on_progress, cancelled=cancelled)
