from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.grading.gate_service import Gates
from agent.grading.reviews import Reviews
from agent.learners.directory import Learners
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, course

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def people(storage: Storage) -> Learners:
    made = Learners(storage)
    made.remember(LEARNER, NOW)
    made.remember(INSTRUCTOR, NOW)
    return made


@pytest.fixture
def reviews(storage: Storage, people: Learners) -> Reviews:
    return Reviews(storage)


@pytest.fixture
def gates(storage: Storage, reviews: Reviews) -> Gates:
    """Of a learner who is enrolled."""
    made = Gates(storage, course(), reviews)
    made.enrol(LEARNER.id)
    return made
