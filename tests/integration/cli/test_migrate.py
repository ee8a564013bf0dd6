from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.storage import migrations
from agent.storage.database import Storage
from integrations.cli.main import tutor


def test_migrate_makes_the_tables_and_says_the_revision(database_url: str) -> None:
    said = [CliRunner().invoke(tutor, ["migrate", "--database", database_url]).stdout for _ in range(2)]
    newest = max(path.name[:4] for path in Path(migrations.__path__[0], "versions").glob("0*.py"))
    assert said == [f"The database is at revision {newest}.\n"] * 2
    Storage.open(database_url, migrate=False).close()


def test_migrate_takes_the_configured_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DATABASE_URL", database_url)
    CliRunner().invoke(tutor, ["migrate"], catch_exceptions=False)
    Storage.open(database_url, migrate=False).close()
