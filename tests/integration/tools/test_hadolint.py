"""hadolint itself: many files, in their order, in our words, without doubles of what our own checks say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.artefacts.registry import aspects
from tools.inspection.hadolint import SMALL, Hadolint, advice, wordings
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

LINTER = Hadolint.find()


def test_it_is_there() -> None:
    assert LINTER is not None


@pytest.mark.parametrize("count", [1, SMALL + 1, 3 * SMALL])
def test_rows_come_back_to_their_files(count: int) -> None:
    assert LINTER is not None
    texts = ["FROM a:1\n" + "MAINTAINER x\n" * (number % 3) for number in range(count)]
    rows = LINTER.lint(texts)
    assert [[code for code, *_ in found] for found in rows] == [["DL4000"] * (number % 3) for number in range(count)]
    assert LINTER.lint([]) == []


def test_what_it_says_is_said_in_our_words_and_only_where_ours_do_not() -> None:
    assert LINTER is not None
    runs = ("cd /app", "pip install flask", "curl x | grep -q y")
    text = "FROM python\n" + "".join(f"RUN {run}\n" for run in runs)
    findings = advice("Dockerfile", LINTER.lint([text])[0])
    assert {"DL3003", "DL4006", "SC2164"} <= {finding.rule for finding in findings}
    assert {"DL3006", "DL3013", "DL3042"} & {finding.rule for finding in findings} == set()
    assert all(finding.effect is None and finding.question.endswith("?") for finding in findings)


def test_every_wording_names_a_criterion_and_asks() -> None:
    for wording in wordings().values():
        assert wording.criterion in (*aspects(), "D6")
        assert wording.question.endswith("?")
        assert wording.message.endswith(".")


def test_its_findings_stand_among_ours_and_its_version_is_named() -> None:
    found = inspect(Upload.of([SourceFile("Dockerfile", b"FROM a:1\nRUN cd /x && y\n")]), linter=LINTER)
    assert "DL3003" in {finding.rule for finding in found.findings}
    assert found.tools["hadolint"]


def test_a_linter_that_is_gone_does_not_stop_the_inspection() -> None:
    assert LINTER is not None
    gone = Hadolint(LINTER.binary.with_name("no-such-linter"), "0")
    found = inspect(Upload.of([SourceFile("Dockerfile", b"FROM a\n")]), linter=gone)
    assert found.criteria["D1"] == "not met"
    assert dict(found.notes) == {"": "hadolint gave no answer, so only our own checks looked at this."}


def test_what_it_cannot_read_is_said_and_our_own_checks_carry_on() -> None:
    text = "FROM a\nCOPY <<A <<B /x/\n1\nA\n2\nB\nUSER 1\n"
    found = inspect(Upload.of([SourceFile("Dockerfile", text.encode())]), linter=LINTER)
    assert "can't read Dockerfile from line 7 on" in found.notes["Dockerfile"]
    assert found.criteria["D1"] == "not met"


def test_what_no_builder_reads_is_not_given_to_it() -> None:
    nowhere = Hadolint(Path("/nowhere/hadolint"), "0")
    assert nowhere.lint(["FROM a\nRUM x\n", "x" * 200_000]) == [[], []]
