"""What a cohort gets wrong: misconceptions that were stated or predicted, faults in files, and how many share them.

Groups smaller than SMALLEST_GROUP are never shown: a count of two points at two people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.learners.mastery import Observation, Observed
from agent.learners.progress import LearnerProgress
from knowledge.course.pack import Criterion, Lesson, Misconception
from tools.findings import Inspection, Verdict

SMALLEST_GROUP = 5
_HOLDS = (Observed.BELIEVES, Observed.SURPRISED)
_KNOWS = (Observed.SHOWN, Observed.FORESAW, Observed.UPHELD)


@dataclass(frozen=True)
class SharedBelief:
    """`holders` maps a person's id to when they first held it, `relearned` to when they showed otherwise."""

    misconception: Misconception
    criteria: tuple[Criterion, ...]
    holders: Mapping[str, datetime]
    relearned: Mapping[str, datetime] = field(default_factory=dict)
    said: tuple[str, ...] = ()  # in their own words, newest first

    @property
    def size(self) -> int:
        return len(self.holders)

    @property
    def since(self) -> datetime:
        return min(self.holders.values())


@dataclass(frozen=True)
class SharedFault:
    """The same defect in several people's files; `rule` names it, empty where the plan does not show the criterion."""

    criterion: Criterion
    rule: str
    people: Mapping[str, datetime | None]

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def since(self) -> datetime | None:
        return min((at for at in self.people.values() if at), default=None)


def shared_beliefs(lesson: Lesson, observed: Mapping[str, Sequence[Observation]]) -> list[SharedBelief]:
    """The commonest first; a learner with whom an instructor sided does not count."""
    found = (_belief(lesson, misconception, observed) for misconception in lesson.misconceptions)
    return sorted((belief for belief in found if belief.holders), key=lambda belief: -belief.size)


def _belief(
    lesson: Lesson, misconception: Misconception, observed: Mapping[str, Sequence[Observation]]
) -> SharedBelief:
    holders, relearned = dict[str, datetime](), dict[str, datetime]()
    said: list[tuple[datetime, str]] = []
    for person, observations in observed.items():
        mine = [one for one in observations if _base(one.subject) == misconception.id]
        held = [one for one in mine if one.kind in _HOLDS]
        if not held or any(one.kind is Observed.UPHELD for one in mine):
            continue
        holders[person] = held[0].at
        said += [(one.at, one.evidence) for one in held if one.kind is Observed.BELIEVES]
        better = next((one.at for one in mine if one.kind in _KNOWS and one.at >= held[-1].at), None)
        if better:
            relearned[person] = better
    criteria = tuple(criterion for criterion in lesson.rubric if misconception.section in criterion.sections)
    return SharedBelief(
        misconception, criteria, holders, relearned, tuple(text for _, text in sorted(said, reverse=True))
    )


def _base(subject: str) -> str:
    """`belief:ID` is our question after an experiment, `ID#point` a part of a question."""
    return subject.rpartition(":")[2].partition("#")[0]


def shared_faults(
    lesson: Lesson, cohort: Sequence[LearnerProgress], inspections: Mapping[str, Inspection]
) -> list[SharedFault]:
    """The commonest first, of those whose gate is still open."""
    found: dict[tuple[str, str], dict[str, datetime | None]] = {}
    for learner in cohort:
        if not learner.is_through:
            for name, rule in _faults(lesson, learner, inspections):
                found.setdefault((name, rule), {})[learner.person.id] = learner.open_since(name)
    faults = [
        SharedFault(criterion, rule, people)
        for (name, rule), people in found.items()
        if (criterion := lesson.criterion(name)) is not None
    ]
    return sorted(faults, key=lambda fault: -fault.size)


def _faults(
    lesson: Lesson, learner: LearnerProgress, inspections: Mapping[str, Inspection]
) -> Iterator[tuple[str, str]]:
    """(criterion, rule)"""
    for criterion in lesson.rubric:
        judgement = learner.judgement(criterion.id)
        if judgement is None or judgement.pending or judgement.verdict not in (Verdict.PARTLY, Verdict.NOT_MET):
            continue
        inspection = inspections.get(judgement.receipt.digest) if judgement.receipt else None
        rules = {
            finding.rule
            for finding in (inspection.findings if inspection else ())
            if finding.criterion == criterion.aspect and finding.effect is not None
        }
        yield from ((criterion.id, rule) for rule in sorted(rules) or [""])
