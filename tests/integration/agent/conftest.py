from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, course

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def people(storage: Storage) -> LearnerDirectory:
    made = LearnerDirectory(storage)
    made.remember(LEARNER, NOW)
    made.remember(INSTRUCTOR, NOW)
    return made


@pytest.fixture
def reviews(storage: Storage, people: LearnerDirectory) -> Reviews:
    return Reviews(storage)


@pytest.fixture
def gates(storage: Storage, reviews: Reviews) -> GateService:
    """Of a learner who is enrolled."""
    made = GateService(storage, course(), reviews)
    made.enrol(LEARNER.id)
    return made
