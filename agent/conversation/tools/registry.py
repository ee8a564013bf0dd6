"""Every tool by its name: validates what it is asked for, and turns a fault of one tool into a result that says so."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from pydantic import ValidationError

from agent.conversation.tools.base import Effect, Tool, ToolCall, ToolResult
from agent.conversation.view import View
from agent.errors import TutorError
from agent.llm.spans import span
from knowledge.errors import KnowledgeError
from tools.errors import ToolError

Exchange = tuple[ToolCall, ToolResult]
MAX_TOGETHER = 4  # tools of one turn that read at the same time
_log = logging.getLogger(__name__)


class ToolRegistry:
    def __init__(self, tools: Sequence[Tool[Any]]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        if len(self._tools) < len(tools):
            raise ValueError("Two tools have the same name; a name stands for one.")

    def __iter__(self) -> Iterator[Tool[Any]]:
        return iter(self._tools.values())

    def offered(self, view: View) -> list[Tool[Any]]:
        return [tool for tool in self if tool.offered(view)]

    def get(self, name: str) -> Tool[Any] | None:
        return self._tools.get(name)

    def run(self, call: ToolCall, view: View, before: Sequence[Exchange] = ()) -> ToolResult:
        """What a tool finds or decides; never an exception that a person could read as their fault.

        `before` is what was done in this turn: the same call gives the same result, and nothing is proposed twice.
        """
        tool = self._tools.get(call.name)
        if tool is None or not tool.offered(view):
            return ToolResult({}, refused=f"There is no tool “{call.name}” in this turn.")
        known = next((result for asked, result in before if asked == call), None)
        if known is not None:
            return known
        if tool.effect is Effect.PROPOSE and any(asked.name == call.name and not it.refused for asked, it in before):
            return ToolResult({}, refused="That was done already in this turn.")
        asked = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": call.name}
        with span(f"execute_tool {call.name}", asked) as opened:
            result = _run(tool, call, view)
            opened.set_attribute("tutor.tool.refused", bool(result.refused))
        return result

    def run_next(self, calls: Sequence[ToolCall], view: View, before: Sequence[Exchange] = ()) -> list[ToolResult]:
        """Results of the first call, and of those after it that only read as it does: they run side by side."""
        reading = list(itertools.takewhile(self._only_reads, calls))
        if len(reading) < 2:
            return [self.run(calls[0], view, before)]
        with ThreadPoolExecutor(MAX_TOGETHER, thread_name_prefix="tool") as pool:
            waiting = [pool.submit(copy_context().run, self.run, call, view, before) for call in reading]
            return [done.result() for done in waiting]

    def _only_reads(self, call: ToolCall) -> bool:
        tool = self._tools.get(call.name)
        return tool is not None and tool.effect is Effect.READ

    def doing(self, call: ToolCall, view: View) -> str:
        """What a person who waits is told of it; never what makes no sense to them."""
        tool = self._tools.get(call.name)
        if tool is None or not tool.offered(view):
            return ""
        try:
            return tool.doing(view, tool.arguments.model_validate(dict(call.arguments)))
        except ValidationError:
            return ""


def _run(tool: Tool[Any], call: ToolCall, view: View) -> ToolResult:
    try:
        arguments = tool.arguments.model_validate(dict(call.arguments))
        unasked = tool.unasked(view, arguments)
        return ToolResult({}, refused=unasked) if unasked else tool.run(view, arguments)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        return ToolResult({}, refused=f"{where}: {fault['msg']}")
    except (TutorError, ToolError, KnowledgeError) as error:
        _log.info("tool %s ended with %s", call.name, type(error).__name__)
        return ToolResult({}, refused=str(error))
