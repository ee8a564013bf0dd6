"""`tutor eval`: one scoreboard of all suites, offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    suites: Annotated[
        list[str] | None, typer.Argument(help="names as --list has them; all where none is named")
    ] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="say which suites there are and what each measures")] = False,
    form: Annotated[str, typer.Option("--format", help="text or json")] = "text",
    guides: Annotated[Path | None, typer.Option(help="folder of guides that share the index with the lesson")] = None,
    out: Annotated[Path, typer.Option(help="folder for scoreboard.txt and scoreboard.json")] = Path("build/eval"),
) -> None:
    """Run the suites on the shipped lessons, print what came out and keep it in two files."""
    from evals import scoreboard  # noqa: PLC0415 - the suites import all that they measure

    if list_:
        print(scoreboard.listed())
        return
    board = scoreboard.score(suites or (), guides=guides)
    text, data = scoreboard.as_text(board), json.dumps(board, indent=2)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scoreboard.txt").write_text(f"{text}\n", "utf-8")
    (out / "scoreboard.json").write_text(f"{data}\n", "utf-8")
    print(data if form == "json" else text)
