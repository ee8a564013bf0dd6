"""`tutor migrate`: brings the database to this version's tables; the embedded mode does it at every start."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.settings import Settings
from agent.storage.database import Storage, revision


def migrate(
    database: Annotated[str, typer.Option(help="SQLAlchemy URL; empty: the configured one")] = "",
) -> None:
    """Bring the database to this version's tables."""
    settings = Settings.read(database_url=database) if database else Settings.read()
    with Storage.open(settings.database) as storage:
        print(f"The database is at revision {revision(storage.engine)[0]}.")
