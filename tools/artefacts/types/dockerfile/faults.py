"""Faults that are put back into a good Dockerfile."""

from __future__ import annotations

import json
import re

from tools.artefacts.faults import LineFault


def _shell_form(match: re.Match[str]) -> str:
    try:
        parts = [str(part) for part in json.loads(match["list"])]
    except ValueError:
        return match.group()
    return f"{match['keyword']} {' '.join(parts)}"


FAULTS = (
    LineFault(
        r"^(?P<head>FROM\s+(?:--\S+\s+)*[\w./-]+?)(?::[\w.-]+)?(?:@sha256:\w+)?(?P<tail>\s.*)?$",
        lambda m: f"{m['head']}:latest{m['tail'] or ''}",
    ),
    LineFault(r"^USER\s+\S+\s*$", lambda _: "USER root"),
    LineFault(r"^(?P<keyword>CMD|ENTRYPOINT)\s+(?P<list>\[.*\])\s*$", _shell_form),
    LineFault(r"^(?P<head>.*\b)npm ci\b(?P<tail>.*)$", lambda m: f"{m['head']}npm install{m['tail']}"),
    LineFault(
        r"^(?P<head>.*pip install.*?)--require-hashes (?P<tail>.*)$", lambda m: f"{m['head']}--upgrade {m['tail']}"
    ),
    LineFault(
        r"^(?P<head>.*\buv sync\b.*?)--(?:locked|frozen)(?P<tail>.*)$", lambda m: f"{m['head']}--upgrade{m['tail']}"
    ),
    LineFault(r"^(?P<line>WORKDIR\s+\S+)\s*$", lambda m: f"{m['line']}\nENV DB_PASSWORD=winter2024"),
    LineFault(
        r"^(?P<line>COPY\s+--from=.*)$",
        lambda m: f"{m['line']}\nRUN apt-get update && apt-get install -y build-essential",
    ),
)
