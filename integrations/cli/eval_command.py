"""`tutor eval`: one scoreboard of all suites, offline."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evals import scoreboard
from integrations.cli.parameters import PATH


@click.command()
@click.argument("suites", nargs=-1, help="names as --list has them; all where none is named")
@click.option("--list", "list_", is_flag=True, help="say which suites there are and what each measures")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="what is printed")
@click.option("--guides", type=PATH, help="folder of guides that share the index with the lesson")
@click.option("--out", type=PATH, default="build/eval", help="folder for scoreboard.txt and scoreboard.json")
def evaluate(suites: tuple[str, ...], *, list_: bool, form: str, guides: Path | None, out: Path) -> None:
    """Run the suites on the shipped lessons. What comes out is printed and kept in two files."""
    if list_:
        print(scoreboard.listed())
        return
    board = scoreboard.score(suites or (), guides=guides)
    text, data = scoreboard.as_text(board), json.dumps(board, indent=2)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scoreboard.txt").write_text(f"{text}\n", "utf-8")
    (out / "scoreboard.json").write_text(f"{data}\n", "utf-8")
    print(data if form == "json" else text)
