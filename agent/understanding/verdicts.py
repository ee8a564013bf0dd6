"""Whether a message speaks of a verdict on something, by the words that its author listed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("verdict_words.yaml")


def speaks_of_verdict(text: str) -> bool:
    return _words().search(text) is not None


@cache
def _words() -> re.Pattern[str]:
    listed = yaml.safe_load(FILE.read_text("utf-8"))
    return re.compile(rf"\b(?:{'|'.join(re.escape(str(word)) for word in listed)})\b", re.IGNORECASE)
