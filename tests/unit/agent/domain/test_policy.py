"""The policy's tables are complete, and the page that draws them is current."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.conversation.policy_diagram import document
from agent.domain.policy import EXPLAINED, INQUIRY, STUCK, Explained, Inquiry, PolicyStep, Stuck, step

PAGE = Path(__file__).parents[4] / "docs" / "policy.md"


def test_the_drawn_policy_is_the_one_that_decides() -> None:
    assert PAGE.read_text("utf-8") == document(), "run: tutor policy --out docs/policy.md"


@given(st.builds(Inquiry), st.builds(Stuck), st.builds(Explained))
def test_every_situation_has_a_step(inquiry: Inquiry, stuck: Stuck, explained: Explained) -> None:
    for rules, situation in ((INQUIRY, inquiry), (STUCK, stuck), (EXPLAINED, explained)):
        table: Any = rules
        assert step(table, situation) in PolicyStep


@pytest.mark.parametrize("rules", [INQUIRY, STUCK, EXPLAINED])
def test_the_last_rule_of_a_table_always_fits(rules: Any) -> None:
    assert rules[-1].when == "otherwise"


def test_a_hint_is_given_only_when_it_is_earned() -> None:
    assert step(STUCK, Stuck(earned=True)) is PolicyStep.HINT
    assert step(STUCK, Stuck(earned=False, questions_left=True)) is PolicyStep.QUESTION
    assert step(STUCK, Stuck(earned=False, experiments_left=True)) is PolicyStep.EXPERIMENT
    assert step(STUCK, Stuck(earned=False)) is PolicyStep.REST


def test_an_answer_that_passes_an_open_criterion_is_guided_instead() -> None:
    assert step(INQUIRY, Inquiry(gives_away=True)) is PolicyStep.GUIDE
    assert step(INQUIRY, Inquiry(own_open=True)) is PolicyStep.GUIDE
    assert step(INQUIRY, Inquiry(own_open=True, in_channel=True)) is PolicyStep.ANSWER


def test_a_misconception_meets_an_experiment_once() -> None:
    assert step(EXPLAINED, Explained(believes=True, experiment_left=True)) is PolicyStep.EXPERIMENT
    assert step(EXPLAINED, Explained(believes=True)) is PolicyStep.CONTRADICT
    assert step(EXPLAINED, Explained(tries=2)) is PolicyStep.TELL
