"""`tutor eval`: one scoreboard of all suites, offline."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from agent.bootstrap import open_knowledge
from agent.settings import Settings
from evals.scoreboard import SUITES


def evaluate(
    form: Annotated[str, typer.Option("--format", help="text or json")] = "text",
    guides: Annotated[Path | None, typer.Option(help="folder of guides that share the index with the lesson")] = None,
) -> None:
    """Run every suite on the shipped lessons and print what came out."""
    with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
        knowledge = open_knowledge(Settings.read(data=Path(folder), index_url=""))
        if guides is not None:
            knowledge.ingestor.ingest(str(guides))
        board = {}
        for name, suite in SUITES.items():
            started = time.perf_counter()
            board[name] = suite(knowledge) | {"seconds": time.perf_counter() - started}
    print(json.dumps(board, indent=2) if form == "json" else _as_text(board))


def _as_text(board: dict[str, dict[str, float | int]]) -> str:
    lines = []
    for name, figures in board.items():
        shown = (
            f"{label} {value:.2f}" if isinstance(value, float) else f"{label} {value}"
            for label, value in figures.items()
        )
        lines.append(f"{name}\n  " + "\n  ".join(shown))
    return "\n".join(lines)
