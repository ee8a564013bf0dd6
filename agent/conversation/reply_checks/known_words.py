"""The authored words of the checks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import yaml

FILE = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True)
class KnownWords:
    of_tutors: frozenset[str]
    confirm: re.Pattern[str]  # at the beginning
    machinery: re.Pattern[str]

    @classmethod
    @cache
    def load(cls) -> Self:
        read: dict[str, list[str]] = yaml.safe_load(FILE.read_text("utf-8"))
        return cls(
            frozenset(read["of_tutors"]),
            re.compile(rf"^\W*(?:{_any(map(re.escape, read['confirm']))})\b", re.IGNORECASE),
            re.compile(rf"\b(?:{_any(read['machinery'])})\b", re.IGNORECASE),
        )


def _any(words: Iterable[str]) -> str:
    return "|".join(words)
