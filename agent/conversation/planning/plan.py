"""What a plan is: a generator that asks for tools and gets their results, and ends with what is to be said.

It is run again from its beginning whenever a result has come in, so it must do the same with the same results.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

from agent.conversation.decision import Decision
from agent.conversation.tools.base import ToolCall, ToolResult

T = TypeVar("T")
Part = Generator[ToolCall, ToolResult, T]  # a piece of a plan, with what it found out
Plan = Part[Decision]


def advanced(plan: Plan, results: Sequence[ToolResult]) -> ToolCall | Decision:
    """The next call that has no result yet, or the decision that the plan ends with."""
    try:
        call = next(plan)
        for result in results:
            call = plan.send(result)
    except StopIteration as stop:
        decision: Decision = stop.value
        return decision
    return call


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name, arguments)
