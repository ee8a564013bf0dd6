"""Package managers as data: which command installs a project, what holds it to a lock, what writes the lock anew."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tools.dockerfile.shell import Command

ANY_VERB = "*"


@dataclass(frozen=True)
class Invocation:
    """A program by its base name, the arguments that are no options nor their values, and all words after it."""

    program: str
    arguments: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def verb(self) -> str:
        return self.arguments[0] if self.arguments else ""

    def has(self, *options: str) -> bool:
        return any(word == option or word.startswith(option + "=") for word in self.words for option in options)


def invocation(command: Command) -> Invocation:
    """`python -m poetry …` is poetry; a version in a program's name is none of it."""
    words = command.words
    if len(words) > 2 and posixpath.basename(words[0]).startswith("python") and words[1] == "-m":
        words = words[2:]
    rest = tuple(words[1:])
    valued = _data()["options_with_value"]
    skipped = {index + 1 for index, word in enumerate(rest) if word in valued}
    arguments = tuple(word for index, word in enumerate(rest) if index not in skipped and _is_argument(word))
    return Invocation(posixpath.basename(words[0]) if words else "", arguments, rest)


def _is_argument(word: str) -> bool:
    return not word.startswith(("-", "+", ">", "<")) and re.fullmatch(r"\d?>&?\d?\S*", word) is None


@dataclass(frozen=True)
class Installer:
    program: str
    verbs: frozenset[str]
    anywhere: frozenset[str]
    bare: bool
    enforced_by: tuple[str, ...]
    keeps: tuple[str, ...]
    lists: tuple[str, ...]
    exact: bool  # whether exact versions in its list are enough

    def takes(self, made: Invocation) -> bool:
        if made.program != self.program:
            return False
        if self.anywhere:
            return bool(self.anywhere & {argument.rpartition(":")[2] for argument in made.arguments}) or bool(
                self.anywhere & set(made.arguments)
            )
        named = self.bare and (len(made.arguments) > 1 or made.has("-g", "--global"))
        return made.verb in self.verbs and not named

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(each for each in self.enforced_by if each.isupper() and not each.startswith("-"))

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(each for each in self.enforced_by if each.startswith(("-", "/")))

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """(name of a file, the text in it) that hold the command to the lock."""
        written = (each.partition(": ") for each in self.enforced_by if not each.startswith(("-", "/")))
        return tuple((file, text) for file, colon, text in written if colon)


@dataclass(frozen=True)
class Renewal:
    program: str
    verbs: frozenset[str]
    needs: tuple[str, ...]
    unless: tuple[str, ...]

    def takes(self, made: Invocation) -> bool:
        if made.program != self.program or not (made.verb in self.verbs or ANY_VERB in self.verbs):
            return False
        said = {*made.words, *(word.partition("=")[0] for word in made.words)}
        return (not self.needs or bool(said & set(self.needs))) and not said & set(self.unless)


_Row = TypeVar("_Row", Installer, Renewal)


@cache
def installers() -> tuple[Installer, ...]:
    return tuple(
        Installer(
            row["program"],
            frozenset(row.get("verbs", ())),
            frozenset(row.get("anywhere", ())),
            bool(row.get("bare")),
            tuple(row.get("enforced_by", ())),
            tuple(row.get("keeps", ())),
            tuple(row.get("lists", ())),
            exact=bool(row.get("exact")),
        )
        for row in _data()["installers"]
    )


@cache
def renewals() -> tuple[Renewal, ...]:
    return tuple(
        Renewal(row["program"], frozenset(row["verbs"]), tuple(row.get("with", ())), tuple(row.get("unless", ())))
        for row in _data()["renewals"]
    )


def installer_of(made: Invocation) -> Installer | None:
    return _first(installers(), made)


def renewal_of(made: Invocation) -> Renewal | None:
    return _first(renewals(), made)


def _first(rows: Iterable[_Row], made: Invocation) -> _Row | None:
    return next((row for row in rows if row.takes(made)), None)


@cache
def _data() -> Mapping[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return data | {"options_with_value": frozenset(data["options_with_value"])}
