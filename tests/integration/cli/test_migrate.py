from __future__ import annotations

from pathlib import Path

import pytest

from agent.storage import migrations
from agent.storage.database import Storage
from integrations.cli.migrate_command import migrate


def test_migrate_makes_the_tables_and_says_the_revision(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    migrate(database_url)
    migrate(database_url)
    newest = max(path.name[:4] for path in Path(migrations.__path__[0], "versions").glob("0*.py"))
    assert capsys.readouterr().out == f"The database is at revision {newest}.\n" * 2
    Storage.open(database_url, migrate=False).close()


def test_migrate_takes_the_configured_database(
    database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_DATABASE_URL", database_url)
    migrate("")
    Storage.open(database_url, migrate=False).close()
