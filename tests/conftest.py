"""What every test shares: no environment of the person who runs it, and a place among the processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import running_postgres
from tests.lab_engine import running_lab, why_not
from tests.scheduling import ByFile
from tools.sandbox.lab.engine import LabEngine


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def lab() -> Iterator[LabEngine]:
    """A real engine, confined, as the product starts it; where there can be none, the test is shown as not run."""
    if missing := why_not():
        pytest.skip(missing)
    with running_lab() as engine:
        yield engine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [stat for stat in terminalreporter.stats.get("skipped", []) if "engine" in stat.keywords]
    if skipped:
        terminalreporter.write_line(
            f"engine tests not run: {len(skipped)} (no lab engine can be had here)", yellow=True
        )


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_postgres(tmp_path_factory.mktemp("postgres"), tmp_path_factory.mktemp("runtime")) as uri:
        yield uri


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Settings of the person who runs the tests must not reach them."""
    for name in list(os.environ):
        if name.startswith(("TUTOR_", "OPENAI_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TUTOR_DATA", str(tmp_path_factory.mktemp("data")))
