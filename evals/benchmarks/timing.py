"""How a benchmark measures and prints."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

Measured = tuple[str, Sequence[float]]  # what was measured, and milliseconds of each run


def timed(actions: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each action, after one that is not counted."""
    actions[0]()
    found = []
    for action in actions:
        started = time.perf_counter()
        action()
        found.append((time.perf_counter() - started) * 1_000)
    return found


def row(name: str, milliseconds: Sequence[float]) -> str:
    ordered = sorted(milliseconds)
    figures = {"min": ordered[0], "p50": statistics.median(ordered), "p95": _share(ordered, 0.95)}
    figures |= {"p99": _share(ordered, 0.99), "max": ordered[-1]}
    return f"{name:48}" + "".join(f"  {label} {value:8.1f}" for label, value in figures.items()) + " ms"


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
