"""What a conversation is about so far: what “that”, “number 2” or “the other one” point at, kept from turn to turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from pydantic import TypeAdapter


@dataclass(frozen=True)
class Listed:
    """A numbered list that was shown: `ids` of all its entries, of which the first `shown` were on screen."""

    kind: str  # findings | choices
    ids: tuple[str, ...]
    shown: int


@dataclass(frozen=True)
class Dialogue:
    """`card`, `criterion` and `finding` are what was spoken of last; empty where it was something else."""

    card: str = ""
    criterion: str = ""
    finding: str = ""  # rule@file:line
    listed: Listed | None = None
    choices: tuple[str, ...] = ()  # ids of cards that were offered for an unclear message
    next_step: str = ""  # the next step that was named last; it is not named again until it changes
    last: str = ""  # the topic of the last reply
    query: Mapping[str, str] = field(default_factory=dict)  # what an instructor asked last

    def with_changes(self, **changes: Any) -> Self:
        return replace(self, **changes)


_CODEC = TypeAdapter(Dialogue)


def to_state(dialogue: Dialogue) -> dict[str, Any]:
    state: dict[str, Any] = _CODEC.dump_python(dialogue, mode="json")
    return state


def from_state(state: Mapping[str, Any] | None) -> Dialogue:
    return _CODEC.validate_python(dict(state)) if state else Dialogue()
