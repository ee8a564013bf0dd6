"""The port for what thinks in a turn: it looks at the view and at what came back, and asks for tools or speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.conversation.decision import Decision
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.view import View


@dataclass(frozen=True)
class Trail:
    """What a turn has asked for, with what came back, in order; `memo` is what the mind wants to know again: JSON."""

    calls: Sequence[ToolCall] = ()
    results: Sequence[ToolResult] = ()
    memo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Calls:
    """Several tools asked for together, and what to remember with them."""

    calls: tuple[ToolCall, ...]
    memo: Mapping[str, Any] = field(default_factory=dict)


Thought = ToolCall | Calls | Decision


class Mind(Protocol):
    def step(self, view: View, trail: Trail) -> Thought:
        """A turn that was cut off is thought again from the last trail that was kept; tools are not run again."""
        ...
