"""Relations between what experiments measure, and what the shipped ones recorded."""

from __future__ import annotations

import pytest

from knowledge.course.loader import load_course
from knowledge.course.pack import Experiment, Misconception
from tools.sandbox.experiments.experiment import RELATIONS, holds, recorded


@pytest.mark.parametrize(
    ("left", "relation", "right", "true"),
    [
        ("mode=", "is", "mode=", True),
        ("mode=", "is not", "mode=fast", True),
        ("a found b", "contains", "found", True),
        ("a", "lacks", "found", True),
        ("23.0", "above", "2.0", True),
        ("2.0", "above", "2.0", False),
        ("2.0", "below", "23.0", True),
        ("2.0", "about", "2.05", True),
        ("23.0", "about", "2.0", False),
        ("nothing", "above", "0", False),
    ],
)
def test_relations(left: str, relation: str, right: str, true: bool) -> None:
    assert RELATIONS[relation](left, right) is true


def test_names_of_measured_values_stand_for_them() -> None:
    assert holds(("a.megabytes", "above", "b.megabytes"), {"a.megabytes": "9", "b.megabytes": "1"})


def _witnessed() -> list[Misconception]:
    return [belief for lesson in load_course().lessons for belief in lesson.misconceptions if belief.experiment]


def _witness(belief: Misconception) -> Experiment:
    assert belief.experiment is not None
    return belief.experiment


def test_twelve_and_more_beliefs_have_an_experiment_and_twelve_more_a_stack() -> None:
    stacks = [belief.id for belief in _witnessed() if recorded(_witness(belief)).timelines]
    assert min(len(stacks), len(_witnessed()) - len(stacks)) >= 12


@pytest.mark.parametrize("belief", _witnessed(), ids=lambda one: one.id)
def test_what_was_recorded_contradicts_the_belief(belief: Misconception) -> None:
    found = recorded(_witness(belief))
    believed = next(choice.id for choice in _witness(belief).choices if choice.belief)
    assert found.was_recorded
    assert found.truth not in ("", believed)
    assert not any("{" in line or "?" in line for line in found.lines)
    assert found.on.startswith("Docker Engine")
