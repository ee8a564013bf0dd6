"""What a learner is told of two builds of the same files, and of an experiment."""

from __future__ import annotations

import pytest

from agent.builds.experiment_report import told_experiment
from agent.builds.reproducibility_report import told_twice
from knowledge.course.loader import load_course
from tools.sandbox.experiments.experiment import ExperimentResult, recorded
from tools.sandbox.reproducibility.differences import TarKind
from tools.sandbox.reproducibility.repetition import DifferenceCause, Repetition, Rung

DATE = DifferenceCause(
    3, "RUN date > /built", TarKind.DATE, 1, "/built", "A date is written into `/built`.", "What would name it?"
)
TIME = DifferenceCause(2, "COPY . .", TarKind.TIME, 9, "/a", "Only the times of files differ.", "")


def test_the_rung_is_said_first_and_the_line_with_its_cause() -> None:
    found = Repetition(Rung.EXPLAINED_NOISE, "1 of your 2 layers differ.", causes=(TIME, DATE))
    text = told_twice(found).text
    assert text.startswith("**Not quite reproducible** (explained-noise). 1 of your 2 layers differ.")
    assert "- line 3 `RUN date > /built`: A date is written into `/built`." in text
    assert "COPY" not in text
    assert text.endswith("What would name it?")
    assert len(text.splitlines()) <= 12


@pytest.mark.parametrize("rung", Rung)
def test_every_rung_has_its_words(rung: Rung) -> None:
    text = told_twice(Repetition(rung, "So.", causes=(DATE,) * 9, packages=(("pip", "a", "1", "2"),) * 9)).text
    assert rung.value in text
    assert text.count("?") == 1
    assert len(text.splitlines()) <= 12


def test_what_was_recorded_is_said_as_that() -> None:
    belief = next(
        misconception for misconception in load_course().lessons[0].misconceptions if misconception.experiment
    )
    assert belief.experiment is not None
    kept = told_experiment(belief, recorded(belief.experiment), "the same size").text
    assert "I have not run it just now" in kept
    assert "You expected: “the same size”." in kept
    run = told_experiment(
        belief, ExperimentResult("x", ("A line.",), {}, False, "Docker Engine 26.1.5, 2026-11-25")
    ).text
    assert "Docker Engine 26.1.5 gave just now:\n- A line." in run
    assert run.endswith(belief.question)
