from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.gate import CLOSED, TRANSITIONS, GateAction, GateState, decide, next_state
from agent.errors import IllegalTransition
from tests.samples import course, held, met, unmet
from tools.findings import Verdict

RUBRIC = course().lessons[0].rubric
VERDICTS = st.sampled_from(list(Verdict))


@given(st.sampled_from(list(GateState)), st.sampled_from(list(GateAction)))
def test_every_move_is_in_the_table_or_refused(state: GateState, action: GateAction) -> None:
    if (state, action) in TRANSITIONS:
        assert next_state(state, action) is TRANSITIONS[state, action]
    else:
        with pytest.raises(IllegalTransition, match=state.value):
            next_state(state, action)


@given(st.lists(st.sampled_from(list(GateAction)), max_size=12))
def test_no_sequence_passes_a_gate_without_a_submission(actions: list[GateAction]) -> None:
    state, submitted = GateState.LOCKED, False
    for action in actions:
        try:
            state = next_state(state, action)
        except IllegalTransition:
            continue
        submitted = submitted or action is GateAction.SUBMIT
        assert state is not GateState.PASSED or submitted


def test_passes_when_every_required_criterion_is_met() -> None:
    assert decide(RUBRIC, [met("P1"), met("P2"), unmet("P3")], []).passes


def test_a_held_criterion_waits_and_does_not_pass() -> None:
    decision = decide(RUBRIC, [met("P1"), held("P2"), met("P3")], [])
    assert (decision.passes, decision.waiting, decision.open) == (False, ("P2",), ())


def test_a_regressed_optional_criterion_reopens() -> None:
    decision = decide(RUBRIC, [met("P1"), met("P2"), unmet("P3")], [met("P1"), met("P2"), met("P3")])
    assert (decision.passes, decision.regressed, decision.open) == (False, ("P3",), ("P3",))


def test_improvement_is_named() -> None:
    now, before = [met("P1"), unmet("P2")], [unmet("P1", Verdict.PARTLY), unmet("P2")]
    assert decide(RUBRIC, now, before).improved == ("P1",)


@given(VERDICTS, VERDICTS, VERDICTS)
def test_only_met_required_criteria_pass(one: Verdict, two: Verdict, three: Verdict) -> None:
    judgements = [unmet(name, verdict) for name, verdict in zip(("P1", "P2", "P3"), (one, two, three), strict=True)]
    assert decide(RUBRIC, judgements, []).passes is (one is two is Verdict.MET)


def test_a_missing_judgement_is_not_met() -> None:
    assert decide(RUBRIC, [met("P1")], []).open == ("P2",)


def test_closed_gates_only_reopen() -> None:
    assert {action for (state, action) in TRANSITIONS if state in CLOSED} == {GateAction.REOPEN}
