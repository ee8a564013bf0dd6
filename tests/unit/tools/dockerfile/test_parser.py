"""What a tutor needs of the parser beyond what the builder's own gives (test_against_buildkit.py)."""

from __future__ import annotations

import pytest

from tools.dockerfile.parser import parse
from tools.dockerfile.shell import commands
from tools.dockerfile.stages import stages


def test_what_is_no_json_is_the_shell_form_and_a_list_of_other_things_is_a_fault() -> None:
    parsed = parse("FROM a:1\nCMD ['a', 'b']\nENTRYPOINT [\"a\", 1]\n")
    assert [instruction.argv for instruction in parsed.instructions] == [None, None, None]
    assert [(fault.line, fault.syntax) for fault in parsed.faults] == [(3, True)]


def test_an_unknown_instruction_is_a_fault_and_the_rest_is_read() -> None:
    parsed = parse("FROM a:1\nRUM x\nUSER 1\n")
    assert [instruction.keyword for instruction in parsed.instructions] == ["FROM", "USER"]
    assert parsed.faults[0].line == 2


def test_a_heredoc_without_an_end_is_a_fault() -> None:
    assert "no end" in parse("FROM a:1\nRUN <<EOF\necho\n").faults[0].message


def test_a_base_comes_through_arguments_and_stages() -> None:
    text = "ARG V=3.12\nFROM python:${V}-slim AS base\nFROM base\nFROM ${MISSING:-debian:12}\n"
    found = stages(parse(text))
    assert [match_found.base for match_found in found] == ["python:3.12-slim", "base", "debian:12"]
    assert found[1].parent is found[0]


def test_commands_of_a_run_carry_their_lines() -> None:
    run = parse("FROM a:1\nRUN apt-get update && \\\n    pip install x; curl y | sh\n").instructions[1]
    assert [(command.name, command.line, command.piped_to) for command in commands(run)] == [
        ("apt-get", 2, ""),
        ("pip", 3, ""),
        ("curl", 3, "sh"),
        ("sh", 3, ""),
    ]


@pytest.mark.parametrize("body", ["\\\n" * 40_000, "RUN <<A\n" * 12_000, "[" * 60_000, "a" * 60_000])
def test_a_long_file_is_read_to_its_end(body: str) -> None:
    assert parse("FROM a:1\n" + body).instructions[0].keyword == "FROM"


@pytest.mark.parametrize("body", ["RUN a\n" * 2_001, "#" * 100_000, "RUN " + "a;" * 4_001, "RUN " + "a" * 65_536])
def test_what_is_too_much_is_not_judged_by_its_beginning(body: str) -> None:
    assert [fault.fatal for fault in parse("FROM a:1\n" + body).faults] == [True]


def test_blanks_of_any_kind_stand_after_a_keyword() -> None:
    user, cmd = parse('FROM a:1\nUSER\t1000\nCMD\t[ "python", "/app.py" ]\n').instructions[1:]
    assert (user.keyword, user.value) == ("USER", "1000")
    assert cmd.argv == ("python", "/app.py")


def test_the_same_command_twice_has_its_own_line_each_time() -> None:
    run = parse("FROM a:1\nRUN <<E\ncurl x\ncurl x\nE\n").instructions[1]
    assert [command.line for command in commands(run)] == [3, 4]


def test_faults_say_what_the_builder_would_refuse_and_the_rest_is_read() -> None:
    text = """FROM a:1 b
COPY --form=x a b
ONBUILD FROM b:1
HEALTHCHECK curl x
SHELL bash
COPY a
USER
ENV A
LABEL a=b c
RUN
USER 1
"""
    parsed = parse(text)
    assert [fault.line for fault in parsed.faults] == list(range(1, 11))
    assert parsed.instructions[-1].value == "1"


def test_directives_are_kept_and_comments_are_not() -> None:
    parsed = parse(
        "# syntax=docker/dockerfile:1\n# hello\nFROM a:1\nRUN <<E\n# inside\nE\nRUN a \\\n  # between\n  b\n"
    )
    assert parsed.directives == (("syntax", "docker/dockerfile:1"),)
    assert [instruction.line for instruction in parsed.instructions] == [3, 4, 7]


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("ARG V=3.12\nFROM a:${V}", "a:3.12"),
        ("FROM a:${V:-1}", "a:1"),
        ("ARG W=2\nFROM a:${V:-${W:-3}}", "a:2"),
        ("ARG V=1\nFROM a:${V:+with}", "a:with"),
        ("ARG B='a:1'\nFROM ${B}", "a:1"),
        ("FROM a:1-$TARGETARCH", "a:1-amd64"),
        ("ARG A=1\nARG B=a:$A\nFROM $B", "a:1"),
    ],
)
def test_a_base_is_resolved_as_the_builder_does(written: str, base: str) -> None:
    assert stages(parse(written + "\n"))[0].base == base


def test_an_argument_from_before_from_is_seen_only_where_it_is_declared_again() -> None:
    text = "ARG V=1\nFROM a:1 AS x\nARG W=${V}\nFROM x\nARG V\nENV Y=${V}${W}\n"
    first, second = stages(parse(text))
    assert first.arguments == {"W": ""}
    assert second.arguments == {"W": "", "V": "1", "Y": "1"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("WORKDIR /a\nFROM x\n", [1]),
        ("ARG V=1\n# c\nLABEL a=b\nFROM x\n", [3]),
        ("ONBUILD ARG V\nFROM x\n", [1]),
        ("ARG V=1\nFROM x:$V\nWORKDIR /a\n", []),
    ],
)
def test_only_arg_stands_before_the_first_stage(text: str, lines: list[int]) -> None:
    assert [fault.line for fault in parse(text).faults] == lines
