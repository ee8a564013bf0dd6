from __future__ import annotations

import pytest

from agent.app import Knowledge, open_knowledge
from agent.settings import Settings


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The course, indexed once for all that converse: nothing of a turn changes it."""
    return open_knowledge(Settings.read(data=tmp_path_factory.mktemp("knowledge")))
