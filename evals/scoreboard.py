"""One scoreboard of all suites: which there are, and how they run beside each other."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from agent.app import Knowledge, open_knowledge
from agent.settings import Settings
from evals.cases import Figures
from evals.suites.explanations import explanations
from evals.suites.gate import gate
from evals.suites.grounding import grounding
from evals.suites.injections import injections
from evals.suites.inspection import inspection
from evals.suites.intent import intent
from evals.suites.language import language
from evals.suites.leaks import leaks
from evals.suites.retrieval import retrieval
from evals.suites.review import review
from evals.suites.support import support
from evals.suites.teaching import teaching

Board = dict[str, Figures]
SUITES: Mapping[str, Callable[[Knowledge], Figures]] = {
    "retrieval": retrieval,
    "grounding": grounding,
    "support": support,
    "intent": intent,
    "language": language,
    "inspection": inspection,
    "review": review,
    "gate": gate,
    "injections": injections,
    "leaks": leaks,
    "explanations": explanations,
    "teaching": teaching,
}


LONG = ("teaching", "review")


def score(names: Sequence[str], *, guides: Path | None = None, workers: int = 2) -> Board:
    """Runs the named suites, each in a process that has an index of its own, a copy of one that is made once."""
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


def _turn(name: str) -> bool:
    """Those that take a minute begin first, so that no processor waits for them in the end."""
    return name not in LONG


def _score(name: str, folder: Path) -> Figures:
    started = time.perf_counter()
    figures = SUITES[name](open_knowledge(_settings(folder)))
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
