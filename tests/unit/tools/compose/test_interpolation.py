from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.compose.interpolation import MAX_RESOLVED, read_dotenv, read_text


@pytest.mark.parametrize(
    ("raw", "resolved"),
    [
        ("plain", "plain"),
        ("$A-$B", "1-"),
        ("${A}${B}", "1"),
        ("${B:-x}", "x"),
        ("${E:-x}", "x"),
        ("${E-x}", ""),
        ("${B-x}", "x"),
        ("${A:-x}", "1"),
        ("${B:-${C:-deep}}", "deep"),
        ("${A:?must be set}", "1"),
        ("${B:?must be set}", ""),
        ("${A:+given}", "given"),
        ("${B:+given}", ""),
        ("$$A $${A}", "$A ${A}"),
        ("${A", "${A"),
        ("${}", "${}"),
        ("${B:-a}b}", "ab}"),
        ("100%$", "100%$"),
        ("${1}", "${1}"),
    ],
)
def test_variables_take_their_values_as_in_compose(raw: str, resolved: str) -> None:
    assert read_text(raw).resolved({"A": "1", "E": ""}) == resolved


def test_what_is_written_keeps_open_variables_and_takes_defaults() -> None:
    assert read_text("a${B}c${D:-e}${F:-}").written == "a${B}ce${F}"


def test_unset_variables_are_those_without_value_and_default() -> None:
    assert read_text("$A ${B} ${C:-x} ${D:?y} ${E:+z}").unset({"A": "1"}) == ("B", "D")


def test_a_value_that_grows_is_cut() -> None:
    assert len(read_text("${A}" * 1_000).resolved({"A": "x" * 10_000})) == MAX_RESOLVED


def test_nesting_without_end_is_read_once() -> None:
    assert read_text("${A:-" * 50_000 + "}" * 50_000).resolved({}) is not None


@given(st.text(alphabet="${}:-?+AB x", max_size=60))
def test_any_text_is_read_and_text_without_dollar_is_itself(raw: str) -> None:
    text = read_text(raw)
    assert isinstance(text.resolved({"A": "1"}), str)
    if "$" not in raw:
        assert text.written == raw


def test_env_files_are_read_with_quotes_comments_and_lines() -> None:
    text = "# first\nA=1\nexport B='two # three'\nC=4 # five\nD=\n\nnonsense\n E = 6\n"
    values = {"A": ("1", 2), "B": ("two # three", 3), "C": ("4", 4), "D": ("", 5), "E": ("6", 8)}
    assert read_dotenv(text) == values
