"""`# syntax=` makes BuildKit fetch and run an image as its reader of Dockerfiles; ours are read by the built-in one."""

from __future__ import annotations

import json
import re

_DIRECTIVE = re.compile(r"^(#|//)\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
# The frontend's own name: what it adds stands in the built-in one, or fails with a message of its own.
_COMMON = re.compile(r"(docker\.io/)?docker/dockerfile(-upstream)?(:\S+)?(@sha256:[0-9a-f]{64})?", re.IGNORECASE)


def frontend_of(text: str) -> tuple[int, str]:
    """Line and name of the frontend that a Dockerfile asks for, in each form that BuildKit knows; (0, "") if none."""
    lines = _lines(text)
    for prefix in ("#", "//"):
        for number, name, value in _directives(lines, prefix):
            if name == "syntax":
                return number, value
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        return 0, ""
    return (1, str(asked["syntax"])) if isinstance(asked, dict) and "syntax" in asked else (0, "")


def is_foreign(frontend: str) -> bool:
    return bool(frontend) and _COMMON.fullmatch(frontend) is None


def neutralised(text: str) -> str:
    """The same lines without a frontend. Directives end at the first comment, so `escape` takes its place."""
    number, _ = frontend_of(text)
    lines = _lines(text)
    if not number or not _DIRECTIVE.match(lines[number - 1].strip()):
        return text
    escapes = [line for line, name, _ in _directives(lines, "#") if name == "escape"]
    lines[number - 1] = "# The frontend is the built-in one."
    for line in (escape for escape in escapes if escape > number):
        lines[number - 1], lines[line - 1] = lines[line - 1], lines[number - 1]
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").split("\n")


def _directives(lines: list[str], prefix: str) -> list[tuple[int, str, str]]:
    found = []
    first = 1 if lines[0].startswith("#!") else 0
    for number, line in enumerate(lines[first:], first + 1):
        match = _DIRECTIVE.match(line.strip())
        if match is None or match[1] != prefix:
            break
        found.append((number, match[2].lower(), match[3]))
    return found
