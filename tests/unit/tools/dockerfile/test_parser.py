"""The parser against BuildKit's own, by the published binding, and on what only a tutor needs."""

from __future__ import annotations

import dockerfile
import pytest

from tools.dockerfile.parser import parse
from tools.dockerfile.shell import commands
from tools.dockerfile.stages import stages

SAME = {
    "plain": 'FROM a:1\nRUN x\nCMD ["a", "b"]\n',
    "continuation": "FROM a:1\nRUN one && \\\n    two \\\n  && three\nUSER 1\n",
    "comment inside": "FROM a:1\nRUN one && \\\n# a comment\n\n    two\nUSER 1\n",
    "heredoc": "FROM a:1\nRUN <<EOF\necho one\nUSER not-me\nEOF\nUSER 1\n",
    "two heredocs": "FROM a:1\nCOPY <<A <<B /x/\nin a\nA\nin b\nB\nUSER 1\n",
    "tab heredoc": "FROM a:1\nRUN <<-EOF\n\techo one\n\tEOF\nUSER 1\n",
    "quoted heredoc": "FROM a:1\nRUN <<'EOF'\necho $one\nEOF\nUSER 1\n",
    "lower case": "from a:1\nrun x\n",
    "windows lines": "FROM a:1\r\nRUN one \\\r\n  two\r\nUSER 1\r\n",
    "flags": "FROM --platform=linux/amd64 a:1 AS b\nCOPY --from=b --chown=1:1 x y\n",
    "escape directive": "# escape=`\nFROM a:1\nRUN one `\n  two\nUSER 1\n",
}


@pytest.mark.parametrize("name", SAME)
def test_instructions_and_lines_are_buildkits(name: str) -> None:
    theirs = [(one.cmd.upper(), one.start_line, one.end_line) for one in dockerfile.parse_string(SAME[name])]
    ours = [(one.keyword, one.line, one.end_line) for one in parse(SAME[name]).instructions]
    assert ours == theirs


def test_json_that_is_no_array_of_strings_is_the_shell_form() -> None:
    parsed = parse("FROM a:1\nCMD ['a', 'b']\nENTRYPOINT [\"a\", 1]\n")
    assert [one.argv for one in parsed.instructions] == [None, None, None]


def test_an_unknown_instruction_is_a_fault_and_the_rest_is_read() -> None:
    parsed = parse("FROM a:1\nRUM x\nUSER 1\n")
    assert [one.keyword for one in parsed.instructions] == ["FROM", "USER"]
    assert parsed.faults[0].line == 2


def test_a_heredoc_without_an_end_is_a_fault() -> None:
    assert "no end" in parse("FROM a:1\nRUN <<EOF\necho\n").faults[0].message


def test_a_base_comes_through_arguments_and_stages() -> None:
    text = "ARG V=3.12\nFROM python:${V}-slim AS base\nFROM base\nFROM ${MISSING:-debian:12}\n"
    found = stages(parse(text))
    assert [one.base for one in found] == ["python:3.12-slim", "base", "debian:12"]
    assert found[1].parent is found[0]


def test_commands_of_a_run_carry_their_lines() -> None:
    run = parse("FROM a:1\nRUN apt-get update && \\\n    pip install x; curl y | sh\n").instructions[1]
    assert [(one.name, one.line, one.piped_to) for one in commands(run)] == [
        ("apt-get", 2, ""),
        ("pip", 3, ""),
        ("curl", 3, "sh"),
        ("sh", 3, ""),
    ]


@pytest.mark.parametrize("body", ["\\\n" * 100_000, "RUN <<A\n" * 30_000, "[" * 240_000, "a" * 240_000])
def test_a_long_file_is_read_to_its_end(body: str) -> None:
    assert parse("FROM a:1\n" + body).instructions[0].keyword == "FROM"


@pytest.mark.parametrize("body", ["RUN a\n" * 2_001, "#" * 250_000])
def test_what_is_too_much_is_not_judged_by_its_beginning(body: str) -> None:
    assert [fault.fatal for fault in parse("FROM a:1\n" + body).faults] == [True]


def test_blanks_of_any_kind_stand_after_a_keyword() -> None:
    user, cmd = parse('FROM a:1\nUSER\t1000\nCMD\t[ "python", "/app.py" ]\n').instructions[1:]
    assert (user.keyword, user.value) == ("USER", "1000")
    assert cmd.argv == ("python", "/app.py")


def test_the_same_command_twice_has_its_own_line_each_time() -> None:
    run = parse("FROM a:1\nRUN <<E\ncurl x\ncurl x\nE\n").instructions[1]
    assert [one.line for one in commands(run)] == [3, 4]
