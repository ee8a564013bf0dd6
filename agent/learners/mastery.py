"""What a learner seems to know, as observations with their evidence; beliefs are derived, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select

from agent.domain.people import Person
from agent.errors import NotAllowed
from agent.storage.database import Storage, insert_once
from agent.storage.tables import ObservationRow

MAX_EVIDENCE = 300


class Observed(StrEnum):
    SHOWN = "shown"  # a point of ours was in what the learner said
    MISSED = "missed"  # an answer left a point out
    BELIEVES = "believes"  # a sentence came near a known misconception
    FORESAW = "foresaw"  # a prediction agreed with an experiment
    SURPRISED = "surprised"  # a prediction was contradicted by an experiment
    PREDICTED = "predicted"  # a prediction that could not be read either way
    HINTED = "hinted"  # we gave the next hint
    CONTESTED = "contested"  # the learner says that we are wrong
    UPHELD = "upheld"  # an instructor sides with the learner
    DISMISSED = "dismissed"  # an instructor sides with the observations


_TELLS_NOTHING = (Observed.PREDICTED, Observed.HINTED)


class MasteryLevel(StrEnum):
    UNKNOWN = "unknown"
    KNOWN = "known"
    SHAKY = "shaky"
    CONTESTED = "contested"


@dataclass(frozen=True)
class Observation:
    """`evidence` is what the learner said, or who decided."""

    subject: str
    kind: Observed
    evidence: str
    at: datetime


@dataclass(frozen=True)
class MasteryEstimate:
    """Our belief about one subject, with every observation behind it, oldest first."""

    subject: str
    criterion_status: MasteryLevel
    observations: tuple[Observation, ...]


def believe(subject: str, observations: Sequence[Observation]) -> MasteryEstimate:
    """The newest observation that tells something counts; what an instructor decided outweighs all before it."""
    last = next(
        (observation.kind for observation in reversed(observations) if observation.kind not in _TELLS_NOTHING), None
    )
    criterion_status = {
        None: MasteryLevel.UNKNOWN,
        Observed.SHOWN: MasteryLevel.KNOWN,
        Observed.FORESAW: MasteryLevel.KNOWN,
        Observed.UPHELD: MasteryLevel.KNOWN,
        Observed.CONTESTED: MasteryLevel.CONTESTED,
    }.get(last, MasteryLevel.SHAKY)
    return MasteryEstimate(subject, criterion_status, tuple(observations))


class Mastery:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def note(self, person: Person, lesson_id: str, subject: str, kind: Observed, evidence: str, key: str) -> None:
        """The same turn notes the same thing once, however often it runs."""
        with self._storage.begin() as session:
            insert_once(
                session,
                ObservationRow,
                key=key,
                person_id=person.id,
                lesson_id=lesson_id,
                subject=subject,
                kind=kind.value,
                evidence=" ".join(evidence.split())[:MAX_EVIDENCE],
                created_at=datetime.now(UTC),
            )

    def beliefs(self, person_id: str, lesson_id: str) -> dict[str, MasteryEstimate]:
        """By subject; a subject of which nothing was seen is not there."""
        mine = select(ObservationRow).where(
            ObservationRow.person_id == person_id, ObservationRow.lesson_id == lesson_id
        )
        found: dict[str, list[Observation]] = {}
        with self._storage.begin() as session:
            for row in session.scalars(mine.order_by(ObservationRow.id)):
                found.setdefault(row.subject, []).append(_observation(row))
        return {subject: believe(subject, observations) for subject, observations in found.items()}

    def cohort(self, lesson_id: str, workspace: str) -> dict[str, list[Observation]]:
        """Everybody's observations in one lesson by person, oldest first."""
        here = ObservationRow.person_id.startswith(f"{workspace}:", autoescape=True)
        rows = select(ObservationRow).where(here, ObservationRow.lesson_id == lesson_id).order_by(ObservationRow.id)
        found: dict[str, list[Observation]] = {}
        with self._storage.begin() as session:
            for row in session.scalars(rows):
                found.setdefault(row.person_id, []).append(_observation(row))
        return found

    def belief(self, person_id: str, lesson_id: str, subject: str) -> MasteryEstimate:
        return self.beliefs(person_id, lesson_id).get(subject) or believe(subject, ())

    def decide(self, learner: Person, lesson_id: str, subject: str, by: Person, key: str, *, uphold: bool) -> None:
        """An instructor's word on a contested belief."""
        if not by.is_instructor:
            raise NotAllowed("Only an instructor can decide that.")
        kind = Observed.UPHELD if uphold else Observed.DISMISSED
        self.note(learner, lesson_id, subject, kind, "an instructor decided this", key)


def _observation(row: ObservationRow) -> Observation:
    return Observation(row.subject, Observed(row.kind), row.evidence, row.created_at)
