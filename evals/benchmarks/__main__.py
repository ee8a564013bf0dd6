"""`make bench`: all benchmarks, or those that are named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from evals.benchmarks.inspecting import inspecting
from evals.benchmarks.timing import Measured, row
from evals.benchmarks.turns import turns

BENCHMARKS: Mapping[str, Callable[[], Iterator[Measured]]] = {"turns": turns, "inspecting": inspecting}


def main(names: list[str]) -> None:
    for name in names or list(BENCHMARKS):
        for what, milliseconds in BENCHMARKS[name]():
            print(row(what, milliseconds))


if __name__ == "__main__":
    main(sys.argv[1:])
