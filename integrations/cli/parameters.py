"""Types and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# Whether it can be read is said by the command, beside what it makes of the other paths.
PATH = click.Path(path_type=Path, readable=False)

database = click.option("--database", default="", help="SQLAlchemy URL; empty: the configured one")


def format_option(formats: type[StrEnum], meaning: str) -> Callable[[Decorated], Decorated]:
    """`--format`, handed on as `form`; the first of the formats is the default."""
    first = next(iter(formats))
    kind = click.Choice(formats, case_sensitive=False)
    return click.option("--format", "form", type=kind, default=first, show_default=first.value, help=meaning)
