"""What Slack's errors ask for: a table, so that none of them is tried for an hour by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml


class Remedy(StrEnum):
    """Described in `api_errors.yaml`."""

    RETRY = "retry"
    LATER = "later"
    HALT = "halt"
    ELSEWHERE = "elsewhere"
    AS_TEXT = "as_text"
    SETTINGS = "settings"
    DEFECT = "defect"
    GONE = "gone"


@cache
def remedies() -> Mapping[str, Remedy]:
    """By the error's name; raises ValueError where one stands twice."""
    table = yaml.safe_load(files("integrations.slack").joinpath("api_errors.yaml").read_text("utf-8"))
    pairs = [(error.strip(), Remedy(remedy)) for remedy, errors in table.items() for error in errors.split(",")]
    if len(dict(pairs)) != len(pairs):
        raise ValueError("an error stands twice in api_errors.yaml")
    return dict(pairs)


def remedy_of(error: str) -> Remedy | None:
    """None for what Slack does not document: nobody knows whether it will pass."""
    return remedies().get(error)
