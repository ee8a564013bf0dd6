from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cohort import Cohort, open_cohort


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohort]:
    """Made once; tests that move a gate use a cohort of their own."""
    with open_cohort(tmp_path_factory.mktemp("cohort")) as opened:
        yield opened
