from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.learners.hints import LAST_LEVEL, HintState

MOVES = st.lists(st.sampled_from(["ask", "attempt", "success"]), max_size=60)


def _after(moves: list[str]) -> HintState:
    state = HintState()
    for move in moves:
        state = {
            "ask": state.after_ask,
            "attempt": state.after_attempt,
            "success": state.after_success,
        }[move]()
    return state


@given(st.integers(min_value=1, max_value=100))
def test_asking_alone_never_gets_beyond_the_first_hint(times: int) -> None:
    assert _after(["ask"] * times).level == 1


@given(MOVES)
def test_a_level_costs_an_attempt_each(moves: list[str]) -> None:
    assert _after(moves).level <= 1 + moves.count("attempt") + moves.count("success")


@given(MOVES)
def test_levels_stay_on_the_ladder(moves: list[str]) -> None:
    assert 0 <= _after(moves).level <= LAST_LEVEL


def test_success_lets_the_level_fall() -> None:
    assert _after(["ask", "attempt", "ask", "success"]).level == 1
