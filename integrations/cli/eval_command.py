"""`tutor eval`: one scoreboard of all suites, offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from agent.errors import ConfigurationInvalid
from evals.scoreboard import SUITES, as_text, score


def evaluate(
    suites: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(SUITES)}; all where none is named")] = None,
    form: Annotated[str, typer.Option("--format", help="text or json")] = "text",
    guides: Annotated[Path | None, typer.Option(help="folder of guides that share the index with the lesson")] = None,
    out: Annotated[Path, typer.Option(help="folder for scoreboard.txt and scoreboard.json")] = Path("build/eval"),
) -> None:
    """Run the suites on the shipped lessons, print what came out and keep it in two files."""
    unknown = set(suites or ()) - set(SUITES)
    if unknown:
        raise ConfigurationInvalid(f"There is no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}.")
    board = score(suites or list(SUITES), guides=guides)
    text, data = as_text(board), json.dumps(board, indent=2)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scoreboard.txt").write_text(f"{text}\n", "utf-8")
    (out / "scoreboard.json").write_text(f"{data}\n", "utf-8")
    print(data if form == "json" else text)
