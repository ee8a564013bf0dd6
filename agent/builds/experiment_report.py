"""An experiment in words: what was expected, what happened, and one question."""

from __future__ import annotations

from collections.abc import Iterator

from agent.builds.stack_report import fenced
from agent.domain.reply import Reply
from knowledge.course.pack import Misconception
from tools.sandbox.experiments.experiment import ExperimentResult

MAX_LINES = 4


def told_experiment(belief: Misconception, found: ExperimentResult, expected: str = "") -> Reply:
    assert belief.experiment is not None  # noqa: S101 - there is no observation without an experiment
    happened = f"{found.on.partition(',')[0]} gave just now:"
    if found.was_recorded:
        happened = f"{found.on} gave, when it was recorded (I have not run it just now):"
    lines = [
        f"You expected: “{expected.rstrip('.')}”." if expected else "",
        happened,
        *(f"- {' '.join(line.split())[:200]}" for line in found.lines[:MAX_LINES]),
        *timelines(found),
        belief.experiment.observe,
        belief.question,
    ]
    return Reply("\n".join(line for line in lines if line))


def timelines(found: ExperimentResult) -> Iterator[str]:
    """Of each stack that was started, named where there is more than one."""
    for name, text in found.timelines.items():
        title = f"{name.capitalize().replace('-', ' ')}:\n" if len(found.timelines) > 1 else ""
        yield title + fenced(text)
