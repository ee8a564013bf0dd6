"""A `.dockerignore` as BuildKit reads it, matched in time proportional to pattern and path.

A pattern that matches a folder matches all beneath it; of all patterns that match, the last one decides; `!` brings
back. Matching follows every way through a pattern at once, so that no pattern can make it slow.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

MAX_PATTERNS, MAX_LENGTH = 2_000, 1_000


class _Kind(Enum):
    CHARACTER = auto()
    ANY_OF = auto()
    ONE = auto()  # ?: one character of a name
    NAME = auto()  # *: any characters of a name
    ENTER = auto()  # **/: no folders, or go on to FOLDERS
    FOLDERS = auto()  # any characters up to and with a slash
    REST = auto()  # ** at the end: anything


@dataclass(frozen=True)
class _Token:
    kind: _Kind
    characters: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False

    def takes(self, character: str) -> bool:
        if self.kind is _Kind.CHARACTER:
            return character == self.characters
        if self.kind is _Kind.ONE:
            return character != "/"
        return any(low <= character <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True)
class Pattern:
    line: int
    text: str  # cleaned, without the exclamation mark
    brings_back: bool
    tokens: tuple[_Token, ...]

    def matches(self, path: str) -> bool:
        """Whether it matches the path or a folder above it."""
        if self._longest_literal not in path:
            return False
        end = len(self.tokens)
        states = _reach(self.tokens, {0})
        for character in path:
            if character == "/" and end in states:
                return True
            states = _reach(self.tokens, set(_steps(self.tokens, states, character)))
            if not states:
                return False
        return end in states

    @cached_property
    def _longest_literal(self) -> str:
        """Characters that every matching path has in a row: most patterns are ruled out by them at once."""
        runs = "".join(t.characters if t.kind is _Kind.CHARACTER else "\0" for t in self.tokens).split("\0")
        return max(runs, key=len)


def _steps(tokens: tuple[_Token, ...], states: set[int], character: str) -> Iterator[int]:
    for state in states:
        if state == len(tokens):
            continue
        token = tokens[state]
        if token.kind is _Kind.REST or (token.kind is _Kind.NAME and character != "/"):
            yield state
        elif token.kind is _Kind.FOLDERS:
            yield state
            if character == "/":
                yield state + 1
        elif token.kind not in {_Kind.NAME, _Kind.ENTER} and token.takes(character):
            yield state + 1


def _reach(tokens: tuple[_Token, ...], states: set[int]) -> set[int]:
    """Adds the states that are reached without a character."""
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        kind = tokens[state].kind if state < len(tokens) else None
        following: tuple[int, ...] = ()
        if kind in {_Kind.NAME, _Kind.REST}:
            following = (state + 1,)
        elif kind is _Kind.ENTER:
            following = (state + 1, state + 2)
        for reached in following:
            if reached not in states:
                states.add(reached)
                waiting.append(reached)
    return states


@dataclass(frozen=True)
class DockerIgnore:
    """`unusable` names lines that BuildKit would refuse, with the reason; they exclude nothing here."""

    patterns: tuple[Pattern, ...] = ()
    unusable: tuple[tuple[int, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> DockerIgnore:
        patterns: list[Pattern] = []
        unusable: list[tuple[int, str]] = []
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
            written = line.strip()
            if line.startswith("#") or not written:
                continue
            try:
                pattern = _pattern(number, written)
            except ValueError as error:
                unusable.append((number, str(error)))
                continue
            if len(patterns) == MAX_PATTERNS:
                unusable.append((number, f"only the first {MAX_PATTERNS:,} patterns are read"))
                break
            patterns.append(pattern)
        return cls(tuple(patterns), tuple(unusable))

    def excludes(self, path: str) -> bool:
        """Whether a file at this path, relative to the context's root, is kept out of the context."""
        cleaned = posixpath.normpath(path).lstrip("/")
        for pattern in reversed(self.patterns):
            if pattern.matches(cleaned):
                return not pattern.brings_back
        return False


def _pattern(number: int, written: str) -> Pattern:
    brings_back = written.startswith("!")
    text = written[1:].strip() if brings_back else written
    if not text:
        raise ValueError("an exclamation mark needs a pattern")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a pattern has more than {MAX_LENGTH:,} characters")
    cleaned = posixpath.normpath(text)
    if len(cleaned) > 1:
        cleaned = cleaned.lstrip("/")
    return Pattern(number, cleaned, brings_back, tuple(_tokens(cleaned)))


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        character = text[at]
        if text.startswith("**", at):
            at += 3 if text.startswith("**/", at) else 2
            yield from _deep(at_end=at >= len(text))
        elif character == "[":
            token, at = _class(text, at)
            yield token
        elif character == "\\" and at + 1 < len(text):
            yield _Token(_Kind.CHARACTER, text[at + 1])
            at += 2
        else:
            kind = {"*": _Kind.NAME, "?": _Kind.ONE}.get(character, _Kind.CHARACTER)
            yield _Token(kind, character)
            at += 1


def _deep(*, at_end: bool) -> tuple[_Token, ...]:
    return (_Token(_Kind.REST),) if at_end else (_Token(_Kind.ENTER), _Token(_Kind.FOLDERS))


def _class(text: str, at: int) -> tuple[_Token, int]:
    """`[a-z]`, `[^abc]`; the index behind it. Raises ValueError where it is not closed or a range runs backwards."""
    start = at + 2 if text.startswith("[^", at) else at + 1
    end = text.find("]", start + 1)
    if end < 0:
        raise ValueError("a `[` is not closed")
    inside, ranges, position = text[start:end], [], 0
    while position < len(inside):
        low = inside[position]
        if inside[position + 1 : position + 2] == "-" and position + 2 < len(inside):
            high = inside[position + 2]
            position += 3
        else:
            high = low
            position += 1
        if high < low:
            raise ValueError(f"the range `{low}-{high}` runs backwards")
        ranges.append((low, high))
    return _Token(_Kind.ANY_OF, ranges=tuple(ranges), negated=start == at + 2), end + 1
