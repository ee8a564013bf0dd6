"""`python -m evals.sensitivity SUITE MODULE:NAME VALUE…`: what a suite gives at other values of a calibrated number.

For example `python -m evals.sensitivity explanations agent.understanding.explanations:NEAR 0.44 0.46 0.48`, with the
module that uses the number; `--guides FOLDER` adds guides to the index. The comment beside a number says what came out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import click

from agent.app import open_knowledge
from agent.settings import Settings
from evals.cases import Figures
from evals.registry import registry


@click.command()
@click.argument("suite")
@click.argument("number")
@click.argument("values", type=float, nargs=-1, required=True)
@click.option("--guides", type=click.Path(path_type=Path))
def main(suite: str, number: str, values: tuple[float, ...], guides: Path | None) -> None:
    """Prints the figures that differ, a column for each value."""
    with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
        knowledge = open_knowledge(Settings.read(data=Path(folder), index_url="", course=None))
        if guides is not None:
            knowledge.ingestor.ingest(str(guides))
        found = measured(number, values, lambda: registry()[suite].run(knowledge))
    print(f"{number:44}", *(f"{value:9g}" for value in values))
    print(*differing(found), sep="\n")


def measured(number: str, values: Sequence[float], measure: Callable[[], Figures]) -> list[Figures]:
    """The figures at each value of `number`, which is put back afterwards."""
    where, _, name = number.partition(":")
    module = import_module(where)
    before = getattr(module, name)
    found = []
    try:
        for value in values:
            setattr(module, name, type(before)(value))
            found.append(measure())
    finally:
        setattr(module, name, before)
    return found


def differing(found: Sequence[Figures]) -> Iterator[str]:
    for label in found[0]:
        figures = [figures[label] for figures in found]
        if len(set(figures)) > 1:
            yield f"{label:44} " + " ".join(f"{figure:9.3f}" for figure in figures)


if __name__ == "__main__":
    main()
