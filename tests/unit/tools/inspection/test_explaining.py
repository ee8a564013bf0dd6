"""A rule by itself, as `tutor explain` and SARIF tell it."""

from __future__ import annotations

import re

import pytest

from tools.findings import Finding, Severity
from tools.inspection.catalogue import all_rules
from tools.inspection.explaining import as_text, close_to, explanations, headline, wording_of_rule


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_is_explained_with_both_examples(rule: object) -> None:
    found = explanations()[rule.id]  # type: ignore[attr-defined]
    text = as_text(found)
    assert "Bad, " in text
    assert "Good, " in text
    assert found.bad != found.good
    assert not re.search(r"\{\w+\}", found.message + found.question)


def test_rules_of_hadolint_are_explained_in_our_words() -> None:
    text = as_text(explanations()["DL3003"])
    assert text.startswith("DL3003: D6 Builds and runs; it is advice")
    assert "hadolint/wiki/DL3003" in text


def test_a_rule_that_only_its_finding_tells_of() -> None:
    finding = Finding("SC2086", "D6", Severity.WARNING, "Dockerfile", 1, 1, "It is.", "Is it?", links=("https://x",))
    said = wording_of_rule(finding)
    assert said.text == "It is.\n\nIs it?\n\nhttps://x"
    assert said.markdown == "It is.\n\n*Is it?*\n\n[More](https://x)"


@pytest.mark.parametrize(
    ("rule", "words"),
    [("base-untagged", "Base untagged"), ("compose-no-limits", "No limits"), ("DL3003", "DL3003")],
)
def test_a_headline_is_readable(rule: str, words: str) -> None:
    assert headline(rule) == words


def test_a_name_that_is_nearly_right_is_found() -> None:
    assert close_to("base-untaged")[0] == "base-untagged"
    assert close_to("zzz") == []
