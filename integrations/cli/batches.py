"""The lines of a batch, from a file or from standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click


def lines_of(batch: str) -> Iterable[str]:
    """Whatever bytes they hold; none without a batch."""
    if not batch:
        return ()
    if batch == "-":
        return (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    try:
        return Path(batch).read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError as error:
        raise click.UsageError(f"{batch}: cannot be read ({error.strerror}).") from None
