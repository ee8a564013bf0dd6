"""What happened in a run of a stack, a row an event."""

from __future__ import annotations

from collections.abc import Sequence

from tools.sandbox.stack.receipt import StackEvent

MAX_EVENTS = 24


def timeline(events: Sequence[StackEvent]) -> str:
    """Long ones lose their middle."""
    shown = list(events)
    if len(shown) > MAX_EVENTS:
        shown = [*shown[: MAX_EVENTS // 2], *shown[-MAX_EVENTS // 2 :]]
    width = max((len(event.service) for event in shown), default=0)
    rows = (f"{event.seconds:6.1f} s  {event.service:<{width}}  {event.text}" for event in shown)
    return "\n".join(rows).replace("`", "")
