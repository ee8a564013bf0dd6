"""What every test shares: no environment of the person who runs it, and a place among the processes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.lab_engine import running_lab, why_not
from tools.lab.engine import LabEngine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Processes share the tests by file, for a file's fixtures are dear; there is one engine, so one process has it."""
    for item in items:
        group = "engine" if item.get_closest_marker("engine") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def lab() -> Iterator[LabEngine]:
    """A real engine, confined, as the product starts it; where there can be none, the test is shown as not run."""
    if missing := why_not():
        pytest.skip(missing)
    with running_lab() as engine:
        yield engine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if "engine" in one.keywords]
    if skipped:
        terminalreporter.write_line(
            f"engine tests not run: {len(skipped)} (no lab engine can be had here)", yellow=True
        )


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Settings of the person who runs the tests must not reach them."""
    for name in list(os.environ):
        if name.startswith(("TUTOR_", "OPENAI_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TUTOR_DATA", str(tmp_path_factory.mktemp("data")))
