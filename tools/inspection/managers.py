"""Package managers as data: which command installs a project, what holds it to a lock, what writes the lock anew."""

from __future__ import annotations

import itertools
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


@dataclass(frozen=True)
class Fetcher:
    """A program that fetches another one and runs it."""

    program: str
    verbs: tuple[tuple[str, ...], ...]
    asks: tuple[str, ...]
    named_by: tuple[str, ...]

    def package(self, made: Invocation) -> str:
        """The package with its version, as it is written; empty where nothing is fetched."""
        rest = next((made.words[len(verb) :] for verb in self.verbs if made.words[: len(verb)] == verb), None)
        if made.program != self.program or rest is None:
            return ""
        named = next((word for option, word in itertools.pairwise(rest) if option in self.named_by), "")
        named = named or next(
            (
                word.partition("=")[2]
                for word in rest
                if word.startswith("--") and word.partition("=")[0] in self.named_by
            ),
            "",
        )
        named = named or next((word for word in rest if not word.startswith("-")), "")
        is_moving = named.endswith("@latest")
        return named if is_moving or not self.asks or set(self.asks) & set(made.words) else ""


def fetched_by(made: Invocation) -> str:
    """The package that the command fetches to run it, where it names no version of it; else empty."""
    packages = (fetcher.package(made) for fetcher in _fetchers().get(made.program, ()))
    return next((package for package in packages if package and _is_open(package, made.program)), "")


def _is_open(package: str, program: str) -> bool:
    if package.startswith((".", "/", "$", "file:")):
        return False
    if program == "go" and "@" not in package:
        return False  # a package of this module
    version = re.search(r".(?:@|==)v?(.+)$", package)
    return version is None or not any(map(str.isdigit, version[1]))


@cache
def _fetchers() -> Mapping[str, list[Fetcher]]:
    found: dict[str, list[Fetcher]] = {}
    for row in _data()["fetchers"]:
        verbs = tuple(tuple(verb.split()) for verb in row.get("verbs", [""]))
        made = Fetcher(row["program"], verbs, tuple(row.get("asks", ())), tuple(row.get("named_by", ())))
        found.setdefault(made.program, []).append(made)
    return found


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
