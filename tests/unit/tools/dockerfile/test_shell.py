"""What a RUN calls, as far as a reader without a shell can see it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.dockerfile.parser import parse
from tools.dockerfile.shell import commands


def called(run: str) -> list[str]:
    return [" ".join(command.words) for command in commands(parse(f"FROM a:1\n{run}\n").instructions[1])]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("RUN a b && c", ["a b", "c"]),
        ("RUN a; b || c & d", ["a", "b", "c", "d"]),
        ("RUN A=1 sudo a", ["a"]),
        ("RUN a 'b && c' \"d; e\"", ["a b && c d; e"]),
        ("RUN if a; then b; fi", ["a", "b", "fi"]),
        ("RUN a $(b c)", ["a", "b c"]),
        ("RUN a # it's the end", ["a"]),
        ("RUN <<E\n# don't stop\na\nb # isn't it\nc\nE", ["a", "b", "c"]),
        ("RUN a#b", ["a#b"]),
        ("RUN bash -c 'a && b c'", ["bash -c a && b c", "a", "b c"]),
        ("RUN bash -lc 'a'", ["bash -lc a", "a"]),
        ('RUN ["sh", "-c", "a && b"]', ["a", "b"]),
        ("RUN su app -c 'a b'", ["su app -c a b", "a b"]),
        ("RUN conda run -n x pip install y", ["pip install y"]),
        ("RUN poetry run pip install y", ["pip install y"]),
        ("RUN uv run --with z pip install y", ["pip install y"]),
        ('RUN ["pip", "install", "y"]', ["pip install y"]),
    ],
)
def test_commands(run: str, words: list[str]) -> None:
    assert called(run) == words


def test_shells_in_shells_end() -> None:
    nested = "a"
    for _ in range(10):
        nested = f"sh -c {nested!r}".replace("\\'", "'")
    assert called(f"RUN {nested}")


@given(st.text(alphabet="abc '\"\\$(){}#|&;<>\n`=-", max_size=60))
def test_any_script_is_read(script: str) -> None:
    parsed = parse(f"FROM a:1\nRUN <<END\n{script}\nEND\n")
    assert all(command.line >= 2 for run in parsed.instructions[1:] for command in commands(run))
