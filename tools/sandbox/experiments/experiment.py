"""The smallest experiment whose real result contradicts a belief: run on an engine, or read from what was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from tools.sandbox.builder import BuildProgress

_REFERENCE = re.compile(r"\{([a-z0-9-]+(?:\.[a-z0-9-]+)?\.[a-z]+)\}")
_TIMELINE = ".timeline"


class StepSpec(Protocol):
    """`build` names an image that is made of `files`, `run` a start of the image `image`, `up` a stack of `files`."""

    @property
    def build(self) -> str: ...

    @property
    def files(self) -> Mapping[str, str]: ...

    @property
    def tag(self) -> str: ...

    @property
    def run(self) -> str: ...

    @property
    def image(self) -> str: ...

    @property
    def up(self) -> str: ...

    @property
    def watch(self) -> float: ...  # seconds of a stack; 0: as long as usual


class PredictionSpec(Protocol):
    """`when` is (left, relation, right): a measured value, a relation of RELATIONS, and a value or a text."""

    @property
    def id(self) -> str: ...

    @property
    def when(self) -> tuple[str, str, str]: ...


class ExperimentSpec(Protocol):
    @property
    def steps(self) -> Sequence[StepSpec]: ...

    @property
    def choices(self) -> Sequence[PredictionSpec]: ...

    @property
    def show(self) -> Sequence[str]: ...

    @property
    def recorded(self) -> Mapping[str, str]: ...

    @property
    def recorded_on(self) -> str: ...


@dataclass(frozen=True)
class ExperimentResult:
    """`truth` is the id of the choice that the measured values chose; `lines` say them to a person.

    `timelines` are of the stacks that were started, by the names of their steps.
    """

    truth: str
    lines: tuple[str, ...]
    values: Mapping[str, str]
    was_recorded: bool
    on: str
    timelines: Mapping[str, str] = field(default_factory=dict)


class Experimenter(Protocol):
    def perform(
        self,
        experiment: ExperimentSpec,
        *,
        on_progress: Callable[[BuildProgress], None],
        cancelled: Callable[[], bool],
    ) -> ExperimentResult:
        """Raises BuilderUnavailable where it could not be run to its end."""
        ...


def recorded(experiment: ExperimentSpec) -> ExperimentResult:
    return observed(experiment, experiment.recorded, on=experiment.recorded_on, was_recorded=True)


def observed(experiment: ExperimentSpec, values: Mapping[str, str], *, on: str, was_recorded: bool) -> ExperimentResult:
    truth = next((choice.id for choice in experiment.choices if holds(choice.when, values)), "")
    lines = tuple(_REFERENCE.sub(lambda match: values.get(match[1], "?"), line) for line in experiment.show)
    timelines = {name.removesuffix(_TIMELINE): text for name, text in values.items() if name.endswith(_TIMELINE)}
    return ExperimentResult(truth, lines, dict(values), was_recorded, on, timelines)


def on_engine(version: str) -> str:
    return f"Docker Engine {version}, {datetime.now(UTC).date().isoformat()}"


def holds(when: tuple[str, str, str], values: Mapping[str, str]) -> bool:
    left, relation, right = (values.get(part, part) for part in when)
    return RELATIONS[relation](left, right)


def _number(text: str) -> float:
    match = re.search(r"-?\d+(\.\d+)?", text)
    return float(match[0]) if match else 0.0


# What differs by 5 % is the same: sizes and seconds vary between engines. Chosen, not measured.
RELATIONS: Mapping[str, Callable[[str, str], bool]] = {
    "is": lambda left, right: left.strip() == right.strip(),
    "is not": lambda left, right: left.strip() != right.strip(),
    "contains": lambda left, right: right in left,
    "lacks": lambda left, right: right not in left,
    "above": lambda left, right: _number(left) > _number(right) * 1.05,
    "below": lambda left, right: _number(left) < _number(right) * 0.95,
    "about": lambda left, right: abs(_number(left) - _number(right)) <= 0.05 * max(_number(left), _number(right)),
}
