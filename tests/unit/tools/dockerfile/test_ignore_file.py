from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.dockerfile.ignore_file import MAX_PATTERNS, DockerIgnore


@pytest.mark.parametrize(
    ("patterns", "path", "excluded"),
    [
        ("secret.txt", "secret.txt", True),
        ("secret.txt", "folder/secret.txt", False),
        ("**/secret.txt", "secret.txt", True),
        ("**/secret.txt", "a/b/secret.txt", True),
        ("folder", "folder/deep/file", True),
        ("folder/", "folder/file", True),
        ("/folder", "folder/file", True),
        ("./folder", "folder/file", True),
        ("folder/**", "folder/deep/file", True),
        ("folder/**", "folder", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z/file", True),
        ("a/**/z", "a/bz", False),
        ("*.log", "run.log", True),
        ("*.log", "logs/run.log", False),
        ("*/*.log", "logs/run.log", True),
        ("*", "anything/below", True),
        ("**", "any/thing", True),
        ("*.log\n!keep.log", "keep.log", False),
        ("!keep.log\n*.log", "keep.log", True),
        ("folder\n!folder/kept", "folder/kept/file", False),
        ("folder\n!folder/kept", "folder/other", True),
        ("# .env", ".env", False),
        (" .env ", ".env", True),
        (" # no comment", "# no comment", True),
        (".ENV", ".env", False),
        (".env*", ".env.local", True),
        ("file?.txt", "file1.txt", True),
        ("file?.txt", "file/.txt", False),
        ("file[0-9].txt", "file7.txt", True),
        ("file[^0-9].txt", "file7.txt", False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        ("**/*.py[co]", "pkg/mod.pyc", True),
        ("a/../b", "b", True),
        ("\ufeff.env", ".env", True),
        ("**/__pycache__", "src/pkg/__pycache__/mod.pyc", True),
        ("", "anything", False),
    ],
)
def test_a_path_is_excluded_as_buildkit_does_it(patterns: str, path: str, *, excluded: bool) -> None:
    assert DockerIgnore.parse(patterns).excludes(path) is excluded


@pytest.mark.parametrize("line", ["!", "[z-a]", "folder[", "! "])
def test_an_unusable_pattern_is_named_and_excludes_nothing(line: str) -> None:
    ignore = DockerIgnore.parse(f"# first\n{line}\n.env\n")
    assert [number for number, _ in ignore.unusable] == [2]
    assert ignore.excludes(".env")


def test_more_patterns_than_the_limit_are_left_out_and_named() -> None:
    ignore = DockerIgnore.parse("a\n" * (MAX_PATTERNS + 10))
    assert len(ignore.patterns) == MAX_PATTERNS
    assert len(ignore.unusable) == 1


def test_a_pattern_of_many_folders_takes_no_longer_than_its_length() -> None:
    ignore = DockerIgnore.parse("**/" * 60 + "zz")
    assert not ignore.excludes("/".join("a" * 3 for _ in range(60)))


@given(st.text(max_size=300), st.text(min_size=1, max_size=60))
def test_any_text_is_read_and_any_path_is_judged(text: str, path: str) -> None:
    assert DockerIgnore.parse(text).excludes(path) in {True, False}


@given(st.lists(st.sampled_from(["a", "b", "c.txt"]), min_size=1, max_size=5))
def test_what_stands_beneath_an_excluded_folder_is_excluded(parts: list[str]) -> None:
    path = "/".join(parts)
    ignore = DockerIgnore.parse("**/b")
    assert ignore.excludes(path) is ("b" in parts)
