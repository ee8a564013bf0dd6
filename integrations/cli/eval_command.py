"""`tutor eval`: one scoreboard of all suites, offline."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from agent.app import open_knowledge
from agent.settings import Settings
from evals import model_turns, scoreboard
from integrations.cli.parameters import PATH


@click.command()
@click.argument("suites", nargs=-1, help="names as --list has them; all where none is named")
@click.option("--list", "list_", is_flag=True, help="say which suites there are and what each measures")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="what is printed")
@click.option("--guides", type=PATH, help="folder of guides that share the index with the lesson")
@click.option("--model", type=click.Choice(["live", "recorded"]), help="the moments with a language model as the mind")
@click.option("--out", type=PATH, default="build/eval", help="folder for scoreboard.txt and scoreboard.json")
def evaluate(
    suites: tuple[str, ...], *, list_: bool, form: str, guides: Path | None, model: str | None, out: Path
) -> None:
    """Run the suites on the shipped lessons. What comes out is printed and kept in two files."""
    if list_:
        print(scoreboard.listed())
        return
    if model:
        _with_model(model)
        return
    board = scoreboard.score(suites or (), guides=guides)
    text, data = scoreboard.as_text(board), json.dumps(board, indent=2)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scoreboard.txt").write_text(f"{text}\n", "utf-8")
    (out / "scoreboard.json").write_text(f"{data}\n", "utf-8")
    print(data if form == "json" else text)


def _with_model(how: str) -> None:
    """Figures, and every recording that a changed prompt has made stale."""
    with tempfile.TemporaryDirectory() as folder:
        knowledge = open_knowledge(Settings.read(data=Path(folder), index_url="", course=None))
        figures, stale = model_turns.model_turns(knowledge, how)
    print(scoreboard.as_text({f"model, {how}": figures}))
    for name in stale:
        print(f"stale: {name} was given to another prompt; record it again with --model live")
