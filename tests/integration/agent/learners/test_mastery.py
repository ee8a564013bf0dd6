"""What is believed of a learner rests on observations, and an instructor has the last word."""

from __future__ import annotations

import pytest

from agent.errors import NotAllowed
from agent.learners.directory import LearnerDirectory
from agent.learners.mastery import Mastery, MasteryLevel, Observed
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER


@pytest.fixture
def model(storage: Storage, people: LearnerDirectory) -> Mastery:
    return Mastery(storage)


def _note(model: Mastery, kind: Observed, key: str, said: str = "it is the newest") -> None:
    model.note(LEARNER, "first", "latest-is-newest", kind, said, key)


def _criterion_status(model: Mastery) -> MasteryLevel:
    return model.belief(LEARNER.id, "first", "latest-is-newest").criterion_status


def test_nothing_seen_is_no_belief(model: Mastery) -> None:
    assert _criterion_status(model) is MasteryLevel.UNKNOWN
    assert model.beliefs(LEARNER.id, "first") == {}


def test_the_newest_observation_counts_and_every_one_is_kept(model: Mastery) -> None:
    _note(model, Observed.BELIEVES, "m1")
    assert _criterion_status(model) is MasteryLevel.SHAKY
    _note(model, Observed.SHOWN, "m2", "a tag can be moved")
    belief = model.belief(LEARNER.id, "first", "latest-is-newest")
    assert belief.criterion_status is MasteryLevel.KNOWN
    assert [observation.evidence for observation in belief.observations] == ["it is the newest", "a tag can be moved"]


def test_the_same_turn_observes_the_same_once(model: Mastery) -> None:
    _note(model, Observed.MISSED, "m1")
    _note(model, Observed.MISSED, "m1")
    assert len(model.belief(LEARNER.id, "first", "latest-is-newest").observations) == 1


def test_an_instructor_decides_what_a_learner_contests(model: Mastery) -> None:
    _note(model, Observed.MISSED, "m1")
    _note(model, Observed.CONTESTED, "m2")
    assert _criterion_status(model) is MasteryLevel.CONTESTED
    with pytest.raises(NotAllowed):
        model.decide(LEARNER, "first", "latest-is-newest", LEARNER, "m3", uphold=True)
    model.decide(LEARNER, "first", "latest-is-newest", INSTRUCTOR, "m4", uphold=True)
    assert _criterion_status(model) is MasteryLevel.KNOWN
    model.decide(LEARNER, "first", "latest-is-newest", INSTRUCTOR, "m5", uphold=False)
    assert _criterion_status(model) is MasteryLevel.SHAKY
