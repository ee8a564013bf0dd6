"""Comments that set a finding aside: of which lines, for which rules, and which of them do nothing."""

from __future__ import annotations

import pytest

from tools.findings import Finding, Severity
from tools.inspection.ignoring import Ignore, ignores_in
from tools.uploads.files import SourceFile, Upload


def read(text: str, path: str = "Dockerfile") -> tuple[list[Ignore], list[str]]:
    return ignores_in(Upload.of([SourceFile(path, text.encode())]))


def covered(text: str, path: str = "Dockerfile", rule: str = "") -> list[int]:
    """The lines on which a finding of the first rule of the comment is set aside."""
    found, _ = read(text, path)
    name = rule or min(found[0].rules)
    lines = range(1, text.count("\n") + 2)
    return [line for line in lines if any(ignore.covers(_at(line, name, path)) for ignore in found)]


def _at(line: int, rule: str, path: str) -> Finding:
    return Finding(rule, "D1", Severity.ERROR, path, line, line, "It is.", "Is it?")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# tutor: ignore=base-untagged ours\nFROM a\nFROM b\n", [2]),
        ("FROM a\n\n# tutor: ignore=cache-left so be it\n\n# and more\nRUN a \\\n  && b\nUSER 1\n", [6, 7]),
        ("FROM a\nRUN a \\\n # tutor: ignore=cache-left so be it\n  && b\nUSER 1\n", [2, 3, 4]),
        ("FROM a\nUSER 1\n# tutor: global ignore=base-untagged ours\n", [1, 2, 3, 4]),
        ("# TUTOR: IGNORE = Base-Untagged, cache-left  because\nFROM a\n", [2]),
    ],
)
def test_a_comment_speaks_of_the_next_instruction(text: str, lines: list[int]) -> None:
    assert covered(text) == lines


def test_in_yaml_it_speaks_of_its_line_or_of_the_block_below() -> None:
    text = "services:\n  # tutor: ignore=compose-no-limits b\n  a:\n    image: x\n    # c\n\n    b: 1\n  b:\n    c: 1\n"
    assert covered(text, "compose.yaml") == [3, 4, 5, 6, 7]
    text = "services:\n  a:\n    image: x  # tutor: ignore=compose-image-untagged ours\n    b: 1\n"
    assert covered(text, "compose.yaml") == [3]


@pytest.mark.parametrize(
    ("comment", "note"),
    [
        ("# tutor: ignore=base-untagged", "gives no reason"),
        ("# tutor: ignore=base-untaged typed in haste", "no rule “base-untaged”"),
        ("# tutor: ignore=does-not-parse it does", "no rule “does-not-parse”"),
    ],
)
def test_a_comment_that_does_nothing_is_told(comment: str, note: str) -> None:
    found, notes = read(f"{comment}\nFROM a\n")
    assert found == []
    assert note in notes[0]
    assert notes[0].startswith("Dockerfile:1")


def test_a_comment_of_hadolint_counts_for_its_rule_and_for_ours() -> None:
    found, notes = read("# hadolint ignore=DL3006,SC2086\nFROM a\n# hadolint global ignore=DL3042\n")
    assert found[0].rules == {"DL3006", "SC2086", "base-untagged", "base-versionless"}
    assert "cache-left" in found[1].rules
    assert (found[1].begin, found[1].end) == (1, 4)
    assert notes == []


def test_the_reason_is_kept() -> None:
    found, _ = read("# tutor: ignore=base-untagged the mirror pins it\nFROM a\n")
    assert found[0].reason == "the mirror pins it"


def test_what_is_no_comment_of_ours_is_left_alone() -> None:
    assert read("# we ignore=base-untagged here\nFROM a\n") == ([], [])
    for path in ("notes.txt", "README.md"):
        assert read("# tutor: ignore=RULE reason", path) == ([], [])
