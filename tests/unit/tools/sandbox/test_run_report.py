"""What a run proves, and what keeps it from that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tools.sandbox.builder import MISSING_BASE, BuildReceipt, Outcome
from tools.sandbox.run_report import RULES, PortReach, Reach, RunReport, WatchTimes, shortcomings

UP = RunReport(True, True, None, 0.3, rules=RULES, watched=20.0, stop_code=0)
ENDED = replace(UP, stayed_up=False, exit_code=0, stop_seconds=None, stop_code=None)
OUTSIDE, INSIDE = PortReach("8000/tcp", Reach.OUTSIDE), PortReach("8000/tcp", Reach.INSIDE)
CLOSED, UNKNOWN = PortReach("8000/tcp", Reach.CLOSED), PortReach("8000/tcp", Reach.UNKNOWN)

GOOD = {
    "stays up": UP,
    "healthy": replace(UP, health="healthy"),
    "ends by its signal": replace(UP, stop_code=143),
    "ends by a signal of its own": replace(UP, stop_code=131, stop_signal=3),
    "a job": ENDED,
    "one exposed port of two": replace(UP, ports=(CLOSED, replace(OUTSIDE, port="9000/tcp"))),
    "ports that nobody could look at": replace(UP, ports=(UNKNOWN,)),
}
BAD = {
    "not-started": replace(ENDED, started=False),
    "crashed": replace(ENDED, exit_code=1),
    "ended": replace(ENDED, ports=(UNKNOWN,)),
    "unhealthy": replace(UP, health="starting"),
    "loopback-only": replace(UP, ports=(INSIDE, replace(CLOSED, port="9000/tcp"))),
    "port-closed": replace(UP, ports=(CLOSED,), listens=(3000,)),
    "ignores-stop": replace(UP, stop_seconds=None, stop_code=137),
    "stopped-badly": replace(UP, stop_code=1),
    "out-of-memory": replace(UP, out_of_memory=True),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_run_that_is_as_it_should_be(name: str) -> None:
    assert GOOD[name].is_good


@pytest.mark.parametrize("name", BAD)
def test_a_run_that_proves_nothing(name: str) -> None:
    first = shortcomings(BAD[name])[0]
    assert first.id == name
    assert first.text.endswith((".", "”."))


def test_a_server_that_ended_is_no_job() -> None:
    assert shortcomings(replace(ENDED, health="starting"))[0].id == "ended"


def test_a_port_elsewhere_is_named() -> None:
    assert "It listens on 3000." in shortcomings(BAD["port-closed"])[0].text


def test_reports_of_former_rules_are_judged_by_them() -> None:
    assert replace(UP, rules=1, health="unhealthy", stop_code=1).is_good
    assert not replace(UP, rules=1, stop_seconds=None).is_good


def test_which_receipts_are_kept_as_the_answer() -> None:
    receipt = BuildReceipt("sha256:in", Outcome.BUILT, "", run=UP)
    assert receipt.is_settled
    assert not replace(receipt, run=replace(UP, rules=1)).is_settled
    assert not replace(receipt, run=BAD["crashed"]).is_settled
    assert not replace(receipt, outcome=Outcome.FAILED, run=None).is_settled
    assert replace(receipt, outcome=Outcome.REFUSED, cause="device", run=None).is_settled
    missing = replace(receipt, outcome=Outcome.REFUSED, cause=MISSING_BASE, run=None)
    assert (missing.is_settled, missing.waits_for_operator) == (False, True)


@pytest.mark.parametrize(("start_period", "window"), [(0, 20), (60, 60), (900, 120)])
def test_a_long_start_period_is_waited_for_within_reason(start_period: float, window: float) -> None:
    assert WatchTimes().window(start_period) == window
