"""`tutor ingest`: takes guides into the index."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agent.app import open_knowledge
from agent.settings import Settings
from knowledge.errors import SourceUnreadable
from knowledge.retrieval.index import forget_index


def ingest(
    targets: Annotated[list[str], typer.Argument(help="folders, files or http(s) addresses of Markdown or HTML")],
    *,
    replace: Annotated[bool, typer.Option(help="make the whole index anew")] = False,
) -> None:
    """Index Markdown or HTML, so that answers can cite it."""
    settings = Settings.read()
    if replace:
        forget_index(settings.index_folder)
    ingestor, failed = open_knowledge(settings).ingestor, False
    for target in targets:
        try:
            report = ingestor.ingest(target)
        except SourceUnreadable as error:
            print(f"tutor: {error}", file=sys.stderr)
            failed = True
            continue
        print(
            f"{target}: {report.added} indexed, {report.unchanged} unchanged, {report.removed} removed, "
            f"{report.passages} passages"
        )
        for problem in report.problems:
            print(f"  skipped {problem}")
    raise typer.Exit(1 if failed else 0)
