"""`tutor migrate`: brings the database to this version's tables; the embedded mode does it at every start."""

from __future__ import annotations

import click

from agent.settings import Settings
from agent.storage.database import Storage, revision
from integrations.cli import parameters


@click.command()
@parameters.database
def migrate(database: str) -> None:
    """Bring the database to this version's tables."""
    settings = Settings.read(database_url=database) if database else Settings.read()
    with Storage.open(settings.database) as storage:
        print(f"The database is at revision {revision(storage.engine)[0]}.")
