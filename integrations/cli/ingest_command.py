"""`tutor ingest`: takes guides into the index."""

from __future__ import annotations

import sys

import click

from agent.app import open_knowledge
from agent.settings import Settings
from knowledge.errors import SourceUnreadable
from knowledge.retrieval.index import forget_index


@click.command()
@click.argument("targets", nargs=-1, required=True, help="folders, files or http(s) addresses of Markdown or HTML")
@click.option("--replace", is_flag=True, help="make the whole index anew")
def ingest(targets: tuple[str, ...], *, replace: bool) -> None:
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
    sys.exit(1 if failed else 0)
