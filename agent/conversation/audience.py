"""Who waits while a turn is thought about: what they hear, what they see, and whether they still wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nobody(text: str) -> None:
    """Where nobody listens while a reply is being worded."""


def _no_end() -> None:
    """Where nobody can take a turn back."""


@dataclass(frozen=True)
class Audience:
    """`hear` takes the next words of the reply, `see` what the tutor does just now (“reading line 8”).

    Each of the three, and `stay` which does nothing else, raises TurnStopped where nobody waits any more.
    """

    hear: Callable[[str], None] = _nobody
    see: Callable[[str], None] = _nobody
    stay: Callable[[], None] = _no_end
