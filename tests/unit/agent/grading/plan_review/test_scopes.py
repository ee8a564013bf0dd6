"""Which words stand over which: the same whatever form a plan has."""

from __future__ import annotations

import pytest

from agent.grading.plan_review.markup import visible
from agent.grading.plan_review.notes import legends, marked
from agent.grading.plan_review.outline import parts
from agent.grading.plan_review.reach import Reach
from agent.grading.plan_review.scopes import Role, folded, structural


def _over(text: str, words: str) -> set[tuple[str, str]]:
    """(role, what is said) of all that stands over these words."""
    seen = visible(text)
    start = text.index(words)
    found = parts(seen)
    scopes = [*structural(seen, found), *folded(text), *Reach(seen, found).scopes(), *marked(found, legends(found))]
    return {(scope.role.value, scope.says) for scope in scopes if scope.covers(start, start + len(words))}


@pytest.mark.parametrize(
    ("text", "role", "says"),
    [
        ("## Ideas\n\nwe scan\n\n## Now\n\nx", Role.HEADING, "Ideas"),
        ("## Ideas\n\n### Scans\n\nwe scan", Role.HEADING, "Ideas"),
        ("## Ideas\n\n## Scans\n\nwe scan", Role.HEADING, "Ideas"),
        ("**Ideas**\n\nwe scan", Role.HEADING, "Ideas"),
        ("We propose to\n* we scan\n* we build", Role.LEAD, "We propose to"),
        ("Ideas:\n\nwe scan", Role.LEAD, "Ideas:"),
        ("- Ideas\n  - we scan", Role.LEAD, "Ideas"),
        ("Ideas:\n• build\n• we scan", Role.LEAD, "Ideas:"),
        ("- Ideas: we scan", Role.LABEL, "Ideas"),
        ("**Ideas.** we scan", Role.LABEL, "Ideas."),
        ("- we scan (planned)", Role.TAIL, "planned"),
        ("- we scan – planned", Role.TAIL, "planned"),
        ("| what | ideas |\n|---|---|\n| scan | we scan |", Role.COLUMN, "ideas"),
        ("| Ideas | we scan |\n| b | c |", Role.LABEL, "Ideas"),
        ("<details><summary>Ideas</summary>\n\nwe scan\n</details>", Role.SUMMARY, "Ideas"),
        ("- ~~we scan~~", Role.STRUCK, "we scan"),
        ("- <del>we scan</del>", Role.STRUCK, "we scan"),
        ("- [ ] Phase 2\n  - we scan", Role.BOX, "open"),
        ('!!! note "Ideas"\n    we scan', Role.LEAD, "note Ideas"),
        ("(X) = not yet\n\n1. (X) we scan", Role.NOTE, "not yet"),
        ("\\* = not yet\n\n- build\n- we scan *\n", Role.NOTE, "not yet"),
        ("Steps marked (X) do not exist.\n\n1. (X) we scan", Role.NOTE, "Steps marked so do not exist."),
        ("Status: proposed\n\nwe scan", Role.STATUS, "proposed"),
        ("# ADR\n\n## Status\nProposed.\n\n## Decision\nwe scan", Role.STATUS, "Proposed."),
        ("None of the following exists.\n\nText.\n\nwe scan", Role.SENTENCE, "None of the following exists."),
        ("## A\n\nwe scan\n\nNone of this exists.", Role.SENTENCE, "None of this exists."),
        ("All of this is planned.\n\n## A\n\nwe scan", Role.SENTENCE, "All of this is planned."),
    ],
)
def test_what_stands_over_a_sentence(text: str, role: Role, says: str) -> None:
    assert (role.value, says) in _over(text, "we scan")


@pytest.mark.parametrize(
    "text",
    [
        "## Ideas\n\nx\n\n## Now\n\nwe scan",
        "Ideas:\n\n- x\n\nwe scan",
        "- Ideas\n  - x\n- we scan",
        "- Ideas: x\n- we scan",
        "| what | ideas |\n|---|---|\n| we scan | x |",
        "- ~~Ideas~~ we scan",
    ],
)
def test_and_what_does_not(text: str) -> None:
    assert not {"Ideas", "Ideas:", "ideas"} & {says for _, says in _over(text, "we scan")}
