"""One scoreboard of all suites: how they run beside each other, and how their figures are shown."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from agent.app import open_knowledge
from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from evals.cases import Figures
from evals.registry import registry

Board = dict[str, Figures]


def score(names: Sequence[str], *, guides: Path | None = None, workers: int = 2) -> Board:
    """Runs the named suites, all where none is named; raises ConfigurationInvalid for a name that there is not.

    Each has a process and an index of its own, a copy of one that is made once.
    """
    names = _checked(names)
    with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
        made = Path(folder) / "made"
        knowledge = open_knowledge(_settings(made))
        if guides is not None:
            knowledge.ingestor.ingest(str(guides))
        del knowledge  # its files are copied, not shared
        for name in names:
            shutil.copytree(made, Path(folder) / name)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            begun = {name: pool.submit(_score, name, Path(folder) / name) for name in sorted(names, key=_turn)}
            return {name: begun[name].result() for name in names}


def _checked(names: Sequence[str]) -> Sequence[str]:
    if unknown := sorted(set(names) - set(registry())):
        raise ConfigurationInvalid(f"There is no suite {', '.join(unknown)}; there are {', '.join(registry())}.")
    return names or list(registry())


def listed() -> str:
    """A line a suite: its name and what it measures."""
    return "\n".join(f"{name:14} {suite.measures}" for name, suite in registry().items())


def _turn(name: str) -> bool:
    """Long ones begin first, so that no processor waits for them in the end."""
    return not registry()[name].long


def _score(name: str, folder: Path) -> Figures:
    started = time.perf_counter()
    figures = registry()[name].run(open_knowledge(_settings(folder)))
    return figures | {"seconds": time.perf_counter() - started}


def _settings(folder: Path) -> Settings:
    return Settings.read(data=folder, index_url="", course=None)


def as_text(board: Board) -> str:
    """A line a figure: shares with three digits, counts as they are."""
    lines = []
    for name, figures in board.items():
        lines.append(name)
        lines += [f"  {label:44} {_shown(value)}" for label, value in figures.items()]
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:5d}" if isinstance(value, int) else f"{value:9.3f}"
