"""A plan is run again from its beginning with the results so far: the same results, the same next step."""

from __future__ import annotations

import pytest

from agent.conversation.decision import Decision
from agent.conversation.planning.plan import Part, Plan, advanced, call
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.domain.act import Intent

SEEN = [ToolResult({"number": number}) for number in range(3)]


def _part(name: str) -> Part[int]:
    number: int = (yield call(name)).content["number"]
    return number


def _plan() -> Plan:
    first = yield from _part("gate")
    second = yield from _part("findings" if first == 0 else "search")
    return Decision(Intent.QUESTION, f"{first} {second}")


def _silent() -> Plan:
    yield from ()
    return Decision(Intent.SOCIAL, "Right.")


def test_without_results_it_asks_for_the_first_tool() -> None:
    assert advanced(_plan(), []) == ToolCall("gate")


def test_a_result_decides_what_is_asked_next() -> None:
    assert advanced(_plan(), SEEN[:1]) == ToolCall("findings")
    assert advanced(_plan(), SEEN[1:2]) == ToolCall("search")


def test_with_all_results_it_ends() -> None:
    assert advanced(_plan(), SEEN[:2]) == Decision(Intent.QUESTION, "0 1")


def test_a_plan_that_needs_no_tool_ends_at_once() -> None:
    assert advanced(_silent(), []) == Decision(Intent.SOCIAL, "Right.")


@pytest.mark.parametrize("known", [0, 1, 2])
def test_run_again_it_does_the_same(known: int) -> None:
    assert advanced(_plan(), SEEN[:known]) == advanced(_plan(), SEEN[:known])


def test_arguments_are_plain_values() -> None:
    assert call("search", query="tags", passages=True) == ToolCall("search", {"query": "tags", "passages": True})
