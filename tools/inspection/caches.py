"""What a package manager leaves in the layer of a RUN, by the table beside this module."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command
from tools.dockerfile.stages import Stage
from tools.inspection.managers import Invocation, invocation
from tools.inspection.rule import Subject

_CLEANS = re.compile(r"\b(?:rm|find|clean\w*|purge|prune|clear\S*|cache|locals|cc|store|dist-clean)\b|-Scc")


@dataclass(frozen=True)
class Leaving:
    """A manager and what it leaves; see the head of caches.yaml."""

    what: str
    programs: frozenset[str]
    verbs: frozenset[str]
    flags: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    moved_by: tuple[str, ...] = ()
    cleaned: tuple[str, ...] = ()


@cache
def leavings() -> dict[str, Leaving]:
    """By program."""
    rows = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    made = [
        Leaving(
            row["what"],
            frozenset(row["programs"]),
            frozenset(row["verbs"]),
            *(tuple(row.get(key, ())) for key in ("flags", "variables", "moved_by", "cleaned")),
        )
        for row in rows
    ]
    return {program: each for each in made for program in each.programs}


def left_by(subject: Subject, stage: Stage, run: Instruction, found: list[Command]) -> Iterator[tuple[Command, str]]:
    """Each command of a RUN that leaves a cache, with what it leaves; a manager is asked once."""
    said, asked = "", set[str]()
    for command in found:
        made = invocation(command)
        leaving = leavings().get(re.sub(r"^(pip)[\d.]+$", r"\1", made.program))
        if leaving is None or leaving.what in asked or not _installs(leaving, made):
            continue
        said = said or _cleaning(run, found)
        if not _is_kept_out(leaving, made, command, subject, stage) and not _is_gone(leaving, made, command, said):
            asked.add(leaving.what)
            yield command, leaving.what


def _installs(leaving: Leaving, made: Invocation) -> bool:
    return bool(leaving.verbs & set(made.words)) or ("" in leaving.verbs and not made.arguments)


def _is_kept_out(leaving: Leaving, made: Invocation, command: Command, subject: Subject, stage: Stage) -> bool:
    return made.has(*leaving.flags) or subject.is_set(stage, command, *leaving.variables)


def _is_gone(leaving: Leaving, made: Invocation, command: Command, said: str) -> bool:
    moved = _values(leaving.moved_by, (*command.env, *made.words))
    places = {posixpath.normpath(path) for path in moved} or set(leaving.cleaned)
    return any(place in said for place in places) or "/dev/null" in places


def _values(names: tuple[str, ...], words: tuple[str, ...]) -> Iterator[str]:
    """What `--cache /x`, `--cache=/x` and `CACHE=/x` name."""
    for word, following in zip(words, (*words[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        if name in names and (value or following):
            yield value if equals else following


def _cleaning(run: Instruction, found: list[Command]) -> str:
    """Commands that remove or clean, and mounts; what installs names no place of a cache."""
    mounts = [mount for mount in run.flag("mount") if "type=cache" in mount or "type=tmpfs" in mount]
    return "\n".join([*(command.text for command in found if _CLEANS.search(command.text)), *mounts])
