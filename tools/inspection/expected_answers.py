"""What a good answer to a finding's question says: authored beside the rules, compared with, and never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class NotYet:
    """What people try and what it lacks; `says` ends in a question."""

    ways: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class ExpectedAnswer:
    """`sees`: ways to say what goes wrong; `does`: ways to say what mends it; `then` leads from one to the other."""

    sees: tuple[str, ...]
    then: str
    does: tuple[str, ...]
    not_yet: tuple[NotYet, ...] = ()

    @property
    def ways(self) -> Iterator[str]:
        yield from self.sees
        yield from self.does
        for one in self.not_yet:
            yield from one.ways


@cache
def expected_answers() -> Mapping[str, ExpectedAnswer]:
    """By rule."""
    written: Mapping[str, Mapping[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return {rule: _answer(entry) for rule, entry in written.items()}


def texts_of_answers() -> list[str]:
    return list(dict.fromkeys(way for answer in expected_answers().values() for way in answer.ways))


def _answer(entry: Mapping[str, Any]) -> ExpectedAnswer:
    not_yet = (NotYet(tuple(one["ways"]), one["says"]) for one in entry.get("not_yet", ()))
    return ExpectedAnswer(tuple(entry["sees"]), entry["then"], tuple(entry["does"]), tuple(not_yet))
