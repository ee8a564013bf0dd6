"""A calibrated number is tried at other values and put back."""

from __future__ import annotations

import pytest

from agent.guardrails import support
from evals.sensitivity import differing, measured

NUMBER = "agent.guardrails.support:LEFT_OUT"


def test_each_value_is_measured_and_the_number_put_back() -> None:
    before = support.LEFT_OUT
    found = measured(NUMBER, [1.0, 3.0], lambda: {"seen": support.LEFT_OUT, "same": 7})
    assert found == [{"seen": 1, "same": 7}, {"seen": 3, "same": 7}]
    assert before == support.LEFT_OUT
    assert [line.split() for line in differing(found)] == [["seen", "1.000", "3.000"]]


def test_a_measurement_that_fails_leaves_the_number_as_it_was() -> None:
    before = support.LEFT_OUT
    with pytest.raises(ZeroDivisionError):
        measured(NUMBER, [9.0], lambda: {"seen": 1 / 0})
    assert before == support.LEFT_OUT
