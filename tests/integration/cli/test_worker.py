"""What a worker needs before it takes work."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import ConfigurationInvalid
from integrations.cli.main import tutor


def _run(*options: str) -> None:
    CliRunner().invoke(tutor, ["worker", *options], catch_exceptions=False)


def test_a_worker_asks_for_a_shared_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUTOR_DATA", str(tmp_path))
    with pytest.raises(ConfigurationInvalid, match="TUTOR_DATABASE_URL"):
        _run()


def test_a_queue_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1/none")
    with pytest.raises(ConfigurationInvalid, match="no queue reviews"):
        _run("--queue", "reviews")
