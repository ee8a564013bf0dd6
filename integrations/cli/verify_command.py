"""`tutor verify`: recomputes every gate from the ledger, the files and the receipts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from agent.grading import verification
from agent.settings import Settings
from agent.storage.database import Storage
from integrations.cli import parameters
from knowledge.course.loader import load_course


@click.command()
@parameters.database
@click.option("--json", "as_json", is_flag=True, help="one JSON object for each difference")
def verify(database: str, *, as_json: bool) -> None:
    """Check that every gate follows from its evidence. Exit code 1 where one does not."""
    settings = Settings.read(database_url=database) if database else Settings.read()
    course = load_course(settings.course)
    with Storage.open(settings.database, migrate=False) as storage:
        found = verification.verify(storage, course)
    for match_found in found:
        place = " ".join(part for part in (match_found.person_id, match_found.lesson_id) if part) or "the database"
        print(json.dumps(asdict(match_found), ensure_ascii=False) if as_json else f"{place}: {match_found.what}")
    if not found and not as_json:
        print("Every gate follows from its evidence.")
    sys.exit(1 if found else 0)
