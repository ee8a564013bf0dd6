"""Prompts are files: a first line with id and version, then the text that a model is given."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HEAD = re.compile(r"\A<!-- prompt: (?P<id>[\w-]+) v(?P<version>\d+) -->\n")


@dataclass(frozen=True)
class Prompt:
    id: str
    version: int
    text: str

    @property
    def digest(self) -> str:
        """Twelve hex digits over the text: changes with every word of it, whatever the version says."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """`tutor v3 1a2b3c4d5e6f`: what logs, metrics and recordings are labelled with."""
        return f"{self.id} v{self.version} {self.digest}"


@cache
def load_prompt(path: Path) -> Prompt:
    """ValueError where the first line does not say which prompt this is."""
    said = path.read_text("utf-8")
    head = _HEAD.match(said)
    if head is None:
        raise ValueError(f"{path.name} does not begin with `<!-- prompt: ID vN -->`.")
    return Prompt(head["id"], int(head["version"]), said[head.end() :].strip() + "\n")
