"""Each rule on its pair of examples: the defect gives exactly that finding, its absence gives none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tools.compose.inspection import RULES, inspect_compose
from tools.compose.rules import COMPOSE_ASPECTS, ComposeRule, examples
from tools.findings import Finding, Severity, Verdict
from tools.uploads.files import SourceFile, Upload


def findings_of(files: Mapping[str, str]) -> tuple[Finding, ...]:
    return inspect_compose(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))[1]


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_one_defect_more_is_exactly_one_finding_more(rule: ComposeRule) -> None:
    example = examples()[rule.id]
    assert [finding.rule for finding in findings_of(example.bad)] == [rule.id]
    assert findings_of(example.good) == ()


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert {rule.id for rule in RULES} == set(examples())
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_rule_asks_and_does_not_tell(rule: ComposeRule) -> None:
    assert rule.criterion in COMPOSE_ASPECTS
    assert rule.question.endswith("?")
    assert rule.message.endswith((".", "{guess}"))
    assert rule.links
    assert all(link.startswith("https://") for link in rule.links)


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_what_holds_the_gate_back_is_no_mere_information(rule: ComposeRule) -> None:
    assert not (rule.effect is Verdict.NOT_MET and rule.severity is not Severity.ERROR)
    assert not (rule.effect is not None and rule.severity is Severity.INFO)
