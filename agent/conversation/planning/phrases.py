"""The tutor's templates: data, chosen by the turn's own key so that the same turn says the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

FILE = Path(__file__).parents[1] / "phrases.yaml"


class Phrases:
    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self._known = known

    @classmethod
    def load(cls) -> Phrases:
        return cls(yaml.safe_load(FILE.read_text("utf-8")))

    def say(self, occasion: str, key: str, **values: str) -> str:
        """One of an occasion's templates with its slots filled."""
        templates = self._known[occasion]
        place = hashlib.sha256(key.encode()).digest()[0] % len(templates)
        return templates[place].format(**values).strip()
