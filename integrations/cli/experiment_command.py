"""`tutor lesson experiment`: runs a lesson's experiments on the engine and prints what they give, for its author."""

from __future__ import annotations

import sys
import textwrap

import click
import yaml

from agent.settings import Settings
from knowledge.course.loader import load_course
from knowledge.course.pack import Misconception
from tools.errors import BuilderUnavailable
from tools.sandbox.experiments.experiment import Experimenter, ExperimentResult
from tools.sandbox.opening import experimenter, open_builder


@click.command()
@click.argument("names", nargs=-1, help="ids of misconceptions; all, if left out")
def experiment(names: tuple[str, ...]) -> None:
    """Run the experiments of misconceptions, and say whether their results contradict the beliefs."""
    settings = Settings.read()
    builder = open_builder(settings.builds.value, settings.engine_url or None, settings.lab_folder)
    runner = experimenter(builder)
    if runner is None:
        raise BuilderUnavailable(builder.status().reason)
    chosen = [
        belief
        for lesson in load_course(settings.course).lessons
        for belief in lesson.misconceptions
        if belief.experiment is not None and (not names or belief.id in names)
    ]
    failed = [belief.id for belief in chosen if not _contradicts(belief, runner)]
    sys.exit(1 if failed or not chosen else 0)


def _contradicts(belief: Misconception, runner: Experimenter) -> bool:
    assert belief.experiment is not None  # noqa: S101 - the caller chose those that have one
    found = runner.perform(belief.experiment, on_progress=lambda _: None, cancelled=lambda: False)
    expected = next(choice.id for choice in belief.experiment.choices if choice.belief)
    contradicts = found.truth not in ("", expected)
    print(f"{'ok' if contradicts else '!!'} {belief.id}: {belief.belief}")
    for line in found.lines:
        print(f"     {line}")
    _show_values(belief, found)
    return contradicts


def _show_values(belief: Misconception, found: ExperimentResult) -> None:
    """As they stand in the pack, to be copied there."""
    assert belief.experiment is not None  # noqa: S101 - the caller chose those that have one
    names = belief.experiment.measured
    recorded = {name: found.values.get(name, "(not measured)") for name in names}
    shown = yaml.safe_dump({"recorded": recorded, "recorded_on": found.on}, allow_unicode=True, width=110)
    print(textwrap.indent(shown, "    "), flush=True)
