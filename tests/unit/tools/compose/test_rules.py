"""Each rule on its pair of examples: the defect gives exactly that finding, its absence gives none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tools.compose.inspection import inspect_compose
from tools.compose.registry import rules
from tools.compose.rules import COMPOSE_ASPECTS, ComposeRule, example_files
from tools.findings import Finding, Severity, Verdict
from tools.uploads.files import SourceFile, Upload


def findings_of(files: Mapping[str, str]) -> tuple[Finding, ...]:
    return inspect_compose(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))[1]


@pytest.mark.parametrize("rule", rules(), ids=[rule.id for rule in rules()])
def test_one_defect_more_is_exactly_one_finding_more(rule: ComposeRule) -> None:
    assert [finding.rule for finding in findings_of(example_files(rule.bad))] == [rule.id]
    assert findings_of(example_files(rule.good)) == ()


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.id for rule in rules()}) == len(rules())


@pytest.mark.parametrize("rule", rules(), ids=[rule.id for rule in rules()])
def test_a_rule_asks_and_does_not_tell(rule: ComposeRule) -> None:
    assert rule.criterion in COMPOSE_ASPECTS
    assert rule.question.endswith("?")
    assert rule.message.endswith((".", "{guess}"))
    assert rule.links
    assert all(link.startswith("https://") for link in rule.links)


@pytest.mark.parametrize("rule", rules(), ids=[rule.id for rule in rules()])
def test_what_holds_the_gate_back_is_no_mere_information(rule: ComposeRule) -> None:
    assert not (rule.effect is Verdict.NOT_MET and rule.severity is not Severity.ERROR)
    assert not (rule.effect is not None and rule.severity is Severity.INFO)
