"""The services on which D6 is measured: each a service of its own, with a reason that a receipt can name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evals.cases import load_all
from tools.sandbox import run_report
from tools.sandbox.stack import receipt

CASES = [case for half in ("tuned", "held_out") for case in load_all(f"services/{half}")]
REASONS = {
    name
    for module in (run_report, receipt)
    for name in re.findall(r"Shortcoming\(\s*\"([a-z-]+)\"", Path(str(module.__file__)).read_text("utf-8"))
}


def test_there_are_forty_and_each_is_another() -> None:
    assert len(CASES) >= 40
    assert len({str(case["files"]) for case in CASES}) == len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_is_not_met_has_a_reason(case: dict[str, str]) -> None:
    assert bool(case["met"]) != bool(case.get("because"))
    assert case.get("because", "crashed") in REASONS
