"""`make bench`: all benchmarks, or those that are named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from evals.benchmarks.adversarial import adversarial
from evals.benchmarks.building import building
from evals.benchmarks.crashes import crashes
from evals.benchmarks.engine import engine
from evals.benchmarks.inspecting import inspecting
from evals.benchmarks.proving import proving
from evals.benchmarks.slack import slack
from evals.benchmarks.starting import starting
from evals.benchmarks.timing import Measured, row
from evals.benchmarks.turns import turns

BENCHMARKS: Mapping[str, Callable[[], Iterator[Measured | str]]] = {
    "turns": turns,
    "inspecting": inspecting,
    "starting": starting,
    "building": building,
    "proving": proving,
    "adversarial": adversarial,
    "slack": slack,
    "crashes": crashes,
    "engine": engine,
}


def main(names: list[str]) -> None:
    for name in names or list(BENCHMARKS):
        for figure in BENCHMARKS[name]():
            print(figure if isinstance(figure, str) else row(*figure), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
