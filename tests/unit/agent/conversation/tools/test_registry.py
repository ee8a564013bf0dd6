"""The registry of tools: whatever a mind asks for, a result comes back, and says why where there is nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pydantic import Field

from agent.conversation.tools.base import Arguments, Effect, Nothing, Tool, ToolCall, ToolResult
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.view import View
from agent.errors import StorageUnavailable, TutorError
from knowledge.errors import KnowledgeError
from tests.samples import LEARNER
from tools.errors import ToolError


class LineArguments(Arguments):
    line: int = Field(ge=1)


class Line(Tool[LineArguments]):
    name = "line"
    description = "A line."
    arguments = LineArguments
    instructors = False

    def run(self, view: View, arguments: LineArguments) -> ToolResult:
        return ToolResult({"line": arguments.line, "of": view.context.person.id})


class Count(Tool[LineArguments]):
    name = "count"
    description = "Counts up."
    arguments = LineArguments
    effect = Effect.PROPOSE
    counted = 0

    def unasked(self, view: View, arguments: LineArguments) -> str:
        return "They spoke of no such line." if arguments.line > 9 else ""

    def run(self, view: View, arguments: LineArguments) -> ToolResult:
        self.counted += 1
        return ToolResult({"counted": self.counted})


class Broken(Tool[Nothing]):
    name = "broken"
    description = "Cannot."

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def run(self, view: View, arguments: Nothing) -> ToolResult:
        raise self._fault


class Cohort(Tool[Nothing]):
    name = "cohort"
    description = "Of everybody."
    learners = False

    def run(self, view: View, arguments: Nothing) -> ToolResult:
        return ToolResult({"everybody": True})


TOOLS = ToolRegistry([Line(), Cohort()])


def _run(view: View, name: str, **arguments: Any) -> ToolResult:
    return TOOLS.run(ToolCall(name, arguments), view)


def test_the_one_who_speaks_is_bound_by_the_engine(view: View) -> None:
    assert _run(view, "line", line=3) == ToolResult({"line": 3, "of": LEARNER.id})


@pytest.mark.parametrize("name", ["", "rm", "LINE"])
def test_an_unknown_tool_is_a_result(view: View, name: str) -> None:
    result = _run(view, name)
    assert (dict(result.content), result.decision) == ({}, None)
    assert "no tool" in result.refused


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({}, "line"),
        ({"line": 0}, "line"),
        ({"line": "the first"}, "line"),
        ({"line": 1, "person": "T1:U2"}, "person"),
        ({"line": 1, "role": "instructor"}, "role"),
    ],
    ids=["missing", "too small", "no number", "another person", "another role"],
)
def test_arguments_that_do_not_fit_are_refused_with_their_place(
    view: View, arguments: dict[str, Any], where: str
) -> None:
    result = _run(view, "line", **arguments)
    assert result.refused.startswith(f"{where}: ")
    assert not result.content


@pytest.mark.parametrize(
    "fault", [TutorError("Not now."), StorageUnavailable("No."), ToolError("No."), KnowledgeError("No.")]
)
def test_a_fault_of_a_tool_becomes_a_result(view: View, fault: Exception) -> None:
    result = ToolRegistry([Broken(fault)]).run(ToolCall("broken"), view)
    assert result == ToolResult({}, refused=str(fault))


def test_a_fault_of_ours_is_not_hidden(view: View) -> None:
    with pytest.raises(ZeroDivisionError):
        ToolRegistry([Broken(ZeroDivisionError())]).run(ToolCall("broken"), view)


def test_a_tool_of_another_role_is_as_unknown_as_none(view: View, instructor_view: View) -> None:
    assert "no tool" in _run(view, "cohort").refused
    assert _run(instructor_view, "cohort").content == {"everybody": True}
    assert "no tool" in _run(instructor_view, "line", line=1).refused


def test_what_is_offered_depends_on_who_speaks(view: View, instructor_view: View) -> None:
    assert [tool.name for tool in TOOLS.offered(view)] == ["line"]
    assert [tool.name for tool in TOOLS.offered(instructor_view)] == ["cohort"]


def test_a_name_stands_for_one_tool() -> None:
    with pytest.raises(ValueError, match="same name"):
        ToolRegistry([Line(), Line()])


def test_the_same_call_is_made_once_in_a_turn(view: View) -> None:
    tools, call = ToolRegistry([Count()]), ToolCall("count", {"line": 1})
    first = tools.run(call, view)
    assert tools.run(call, view, [(call, first)]) == first


def test_nothing_is_proposed_twice_in_a_turn(view: View) -> None:
    tools, call, other = ToolRegistry([Count()]), ToolCall("count", {"line": 1}), ToolCall("count", {"line": 2})
    assert "already" in tools.run(other, view, [(call, tools.run(call, view))]).refused
    assert not tools.run(other, view, [(call, ToolResult({}, refused="Not so."))]).refused


def test_what_nobody_wished_is_not_done(view: View) -> None:
    tools = ToolRegistry([Count()])
    assert tools.run(ToolCall("count", {"line": 10}), view).refused == "They spoke of no such line."
    assert tools.run(ToolCall("count", {"line": 9}), view).content == {"counted": 1}


class Waiting(Tool[LineArguments]):
    """Goes on when the other one has come."""

    name = "waiting"
    description = "Waits."
    arguments = LineArguments

    def __init__(self) -> None:
        self._met = threading.Barrier(2)

    def run(self, view: View, arguments: LineArguments) -> ToolResult:
        self._met.wait(10)
        return ToolResult({"line": arguments.line})


def test_what_only_reads_goes_together_and_keeps_its_order(view: View) -> None:
    tools = ToolRegistry([Waiting(), Count()])
    calls = [ToolCall("waiting", {"line": 1}), ToolCall("waiting", {"line": 2}), ToolCall("count", {"line": 1})]
    assert [result.content for result in tools.run_next(calls, view)] == [{"line": 1}, {"line": 2}]


def test_what_is_proposed_is_kept_before_anything_else_begins(view: View) -> None:
    tools = ToolRegistry([Line(), Count()])
    assert len(tools.run_next([ToolCall("count", {"line": 1}), ToolCall("line", {"line": 2})], view)) == 1
    assert len(tools.run_next([ToolCall("line", {"line": 2}), ToolCall("count", {"line": 1})], view)) == 1
    assert tools.run_next([ToolCall("nothing"), ToolCall("line", {"line": 2})], view)[0].refused
