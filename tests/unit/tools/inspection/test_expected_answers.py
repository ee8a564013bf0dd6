"""Expected answers belong to rules that exist, lead on with questions, and give no step away themselves."""

from __future__ import annotations

from tools.compose.registry import rules as compose_rules
from tools.findings import Verdict
from tools.inspection.expected_answers import expected_answers
from tools.inspection.registry import rules as dockerfile_rules


def test_every_entry_is_of_a_rule() -> None:
    known = {*(rule.id for rule in dockerfile_rules()), *(rule.id for rule in compose_rules())}
    assert expected_answers().keys() <= known


def test_every_rule_that_holds_a_dockerfile_back_has_one() -> None:
    gating = {rule.id for rule in dockerfile_rules() if rule.effect in (Verdict.NOT_MET, Verdict.PARTLY)}
    assert gating <= expected_answers().keys()


def test_what_is_said_ends_in_a_question() -> None:
    for rule, answer in expected_answers().items():
        assert answer.then.endswith("?"), rule
        assert all(one.says.endswith("?") for one in answer.not_yet), rule


def test_no_way_is_right_and_not_yet_at_once() -> None:
    for rule, answer in expected_answers().items():
        assert not set(answer.does) & {way for one in answer.not_yet for way in one.ways}, rule
