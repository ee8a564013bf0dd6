"""Every way to ask for a frontend is seen, and taken out without moving a line."""

from __future__ import annotations

import pytest

from tools.sandbox.build.frontends import frontend_of, is_foreign, neutralised

ASKED = {
    "plain": ("# syntax=evil/frontend\nFROM a:1\n", 1),
    "spaces and case": ("#  SYNTAX = evil/frontend  \nFROM a:1\n", 1),
    "slashes": ("// syntax=evil/frontend\nFROM a:1\n", 1),
    "after a byte-order mark": ("\ufeff# syntax=evil/frontend\nFROM a:1\n", 1),
    "after a shebang": ("#!/usr/bin/env build\n# syntax=evil/frontend\nFROM a:1\n", 2),
    "after escape": ("# escape=`\n# syntax=evil/frontend\nFROM a:1\n", 2),
    "with carriage returns": ("# syntax=evil/frontend\r\nFROM a:1\r\n", 1),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_frontend_is_seen_and_taken_out(name: str) -> None:
    text, line = ASKED[name]
    assert frontend_of(text) == (line, "evil/frontend")
    assert is_foreign("evil/frontend")
    made = neutralised(text)
    assert frontend_of(made) == (0, "")
    assert made.count("\n") == text.count("\n")
    assert made.split("\n")[line:] == text.removeprefix("\ufeff").split("\n")[line:]


@pytest.mark.parametrize("text", ["FROM a:1\n# syntax=x\n", "# a remark\n# syntax=x\nFROM a:1\n", "", "# syntax\n"])
def test_a_comment_is_no_frontend(text: str) -> None:
    assert frontend_of(text) == (0, "")
    assert neutralised(text) == text


def test_json_is_seen_too() -> None:
    assert frontend_of('{"syntax": "evil/frontend"}') == (1, "evil/frontend")


@pytest.mark.parametrize(
    "name", ["docker/dockerfile", "docker/dockerfile:1", "docker/dockerfile:1.7-labs", "docker.io/docker/dockerfile:1"]
)
def test_the_usual_one_is_not_foreign(name: str) -> None:
    assert not is_foreign(name)


def test_the_escape_directive_stays_one() -> None:
    """A comment before it would make it a comment."""
    assert neutralised("# syntax=docker/dockerfile:1\n# escape=`\nFROM a:1\n").startswith("# escape=`\n")
