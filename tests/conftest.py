"""What every test shares: no environment of the person who runs it, and a place among the processes."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Processes share the tests by file, for a file's fixtures are dear; there is one engine, so one process has it."""
    for item in items:
        group = "engine" if item.get_closest_marker("engine") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Settings of the person who runs the tests must not reach them."""
    for name in list(os.environ):
        if name.startswith(("TUTOR_", "OPENAI_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TUTOR_DATA", str(tmp_path_factory.mktemp("data")))
