"""How a file is told that stands in a message instead of being attached to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LEAST_LINES = 3  # less is a line that somebody asks about
_YAML = re.compile(r"^([ \t]+\S.*|[\w.-]+[ \t]*:.*|#.*|---|[ \t]*)$")


@dataclass(frozen=True)
class Pasting:
    """Of a message without fences the first type whose `begins` is found in it may `cut` its file out."""

    begins: re.Pattern[str]
    cut: Callable[[str], str]  # the part of a message that is the file, empty where none is
    is_file: Callable[[str], bool]  # whether a block, fenced or cut out, is one
    complete: re.Pattern[str] = re.compile("")  # what it holds that a fragment which somebody asks about seldom does


def yaml_from(begins: re.Pattern[str], text: str) -> str:
    """From the line that fits to the last that can belong to the same YAML document."""
    start = begins.search(text)
    if start is None:
        return ""
    kept = []
    for line in text[start.start() :].splitlines(keepends=True):
        if not _YAML.match(line.rstrip("\n")):
            break
        kept.append(line)
    return "".join(kept).rstrip()
