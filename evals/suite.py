"""What a suite is: a name, what it measures, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.app import Knowledge
from evals.cases import Figures


@dataclass(frozen=True)
class Suite:
    """`run` takes an index of its own and gives counts and figures; `long` takes a minute, so it starts first."""

    name: str
    measures: str
    run: Callable[[Knowledge], Figures]
    long: bool = False
