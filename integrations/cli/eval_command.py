"""`tutor eval`: one scoreboard of all suites, offline."""

from __future__ import annotations

import json
from pathlib import Path

import click

from agent.errors import ConfigurationInvalid
from evals.scoreboard import SUITES, as_text, score
from integrations.cli.parameters import PATH


@click.command()
@click.argument("suites", nargs=-1, help=f"{', '.join(SUITES)}; all where none is named")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="what is printed")
@click.option("--guides", type=PATH, help="folder of guides that share the index with the lesson")
@click.option("--out", type=PATH, default="build/eval", help="folder for scoreboard.txt and scoreboard.json")
def evaluate(suites: tuple[str, ...], form: str, guides: Path | None, out: Path) -> None:
    """Run the suites on the shipped lessons. What comes out is printed and kept in two files."""
    unknown = set(suites) - set(SUITES)
    if unknown:
        raise ConfigurationInvalid(f"There is no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}.")
    board = score(suites or list(SUITES), guides=guides)
    text, data = as_text(board), json.dumps(board, indent=2)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scoreboard.txt").write_text(f"{text}\n", "utf-8")
    (out / "scoreboard.json").write_text(f"{data}\n", "utf-8")
    print(data if form == "json" else text)
