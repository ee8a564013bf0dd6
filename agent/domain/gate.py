"""The gate's state machine: a table of what may follow what, and the rule that decides a review. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.exercise import FaultExercise
from agent.domain.verdicts import Judgement
from agent.errors import IllegalTransition
from knowledge.course.pack import Criterion
from tools.findings import Verdict


class GateState(StrEnum):
    LOCKED = "locked"
    OPEN = "open"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    PASSED = "passed"
    WAIVED = "waived"
    REOPENED = "reopened"


class GateAction(StrEnum):
    UNLOCK = "unlock"
    SUBMIT = "submit"
    REVISE = "revise"
    PASS = "pass"  # noqa: S105 - a verb
    WAIVE = "waive"
    REOPEN = "reopen"


TRANSITIONS: Mapping[tuple[GateState, GateAction], GateState] = {
    (GateState.LOCKED, GateAction.UNLOCK): GateState.OPEN,
    (GateState.LOCKED, GateAction.WAIVE): GateState.WAIVED,
    (GateState.OPEN, GateAction.SUBMIT): GateState.SUBMITTED,
    (GateState.OPEN, GateAction.WAIVE): GateState.WAIVED,
    (GateState.SUBMITTED, GateAction.REVISE): GateState.REVIEWED,
    (GateState.SUBMITTED, GateAction.PASS): GateState.PASSED,
    (GateState.SUBMITTED, GateAction.WAIVE): GateState.WAIVED,
    (GateState.REVIEWED, GateAction.SUBMIT): GateState.SUBMITTED,
    (GateState.REVIEWED, GateAction.REVISE): GateState.REVIEWED,
    (GateState.REVIEWED, GateAction.PASS): GateState.PASSED,
    (GateState.REVIEWED, GateAction.WAIVE): GateState.WAIVED,
    (GateState.PASSED, GateAction.REOPEN): GateState.REOPENED,
    (GateState.WAIVED, GateAction.REOPEN): GateState.REOPENED,
    (GateState.REOPENED, GateAction.SUBMIT): GateState.SUBMITTED,
    (GateState.REOPENED, GateAction.WAIVE): GateState.WAIVED,
}
CLOSED = frozenset({GateState.PASSED, GateState.WAIVED})


def next_state(state: GateState, action: GateAction) -> GateState:
    following = TRANSITIONS.get((state, action))
    if following is None:
        raise IllegalTransition(f"A gate that is {state.value} has no move “{action.value}”.")
    return following


@dataclass(frozen=True)
class GateDecision:
    """Ids of criteria. `waiting` is with an instructor, `open` with the learner."""

    passes: bool
    open: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    improved: tuple[str, ...] = ()
    regressed: tuple[str, ...] = ()
    exercise: FaultExercise | None = None  # what is to be found unaided before the gate passes


_ORDER = (Verdict.NOT_CHECKED, Verdict.NOT_MET, Verdict.PARTLY, Verdict.MET)


def decide(rubric: Sequence[Criterion], now: Sequence[Judgement], before: Sequence[Judgement]) -> GateDecision:
    """Passes when every required criterion is met and no optional one is worse than in the last review."""
    current, former = (
        {judgement.criterion: judgement for judgement in now},
        {judgement.criterion: judgement for judgement in before},
    )
    improved = [criterion.id for criterion in rubric if _step(former.get(criterion.id), current.get(criterion.id)) > 0]
    regressed = [criterion.id for criterion in rubric if _step(former.get(criterion.id), current.get(criterion.id)) < 0]
    waiting = [criterion.id for criterion in rubric if _is_held(current.get(criterion.id))]
    lacking = [
        criterion.id
        for criterion in rubric
        if criterion.id not in waiting and _lacks(criterion, current.get(criterion.id), regressed)
    ]
    required_waiting = [criterion.id for criterion in rubric if criterion.required and criterion.id in waiting]
    passes = not lacking and not required_waiting
    return GateDecision(passes, tuple(lacking), tuple(waiting), tuple(improved), tuple(regressed))


def _is_held(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement.pending


def _lacks(criterion: Criterion, judgement: Judgement | None, regressed: Sequence[str]) -> bool:
    met = judgement is not None and judgement.verdict is Verdict.MET
    return not met if criterion.required else criterion.id in regressed


def _step(before: Judgement | None, now: Judgement | None) -> int:
    if before is None or now is None or before.pending or now.pending:
        return 0
    return _ORDER.index(now.verdict) - _ORDER.index(before.verdict)
