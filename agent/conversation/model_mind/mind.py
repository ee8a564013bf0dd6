"""A mind that is a language model: it looks up, proposes, and writes the reply; code holds every word of it.

Whatever fails (the model, its time, its tokens, every segment of its reply), the turn goes on without it: with what the
engine decided, or with the reply of the mind that needs no model.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agent.conversation.decision import Decision
from agent.conversation.handlers import submission
from agent.conversation.mind import Calls, Mind, Thought, Trail
from agent.conversation.model_mind import material
from agent.conversation.model_mind.composing import decision_of, of_engine_alone
from agent.conversation.model_mind.inspecting import ReplyInspection
from agent.conversation.model_mind.lore import TurnLore
from agent.conversation.model_mind.proofreading import Proofreader
from agent.conversation.model_mind.reporting import MindReport, Observer, log
from agent.conversation.model_mind.unfolding import REPLY as REPLY_NAME
from agent.conversation.model_mind.unfolding import Unfolding
from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import ReplyArguments
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.view import View
from agent.errors import ModelUnavailable, TurnStopped
from agent.llm.port import Completion, LanguageModel, Request, ToolSpec
from agent.llm.prompts import Prompt, load_prompt
from agent.llm.schemas import strict

MAX_STEPS = 6  # answers of the model in a turn, each with tools or with the reply
MAX_TOGETHER = 6  # tools that one answer may ask for
PROMPT = Path(__file__).parents[1] / "prompts" / "tutor.md"
REPLY = ToolSpec(REPLY_NAME, "The whole reply to the person, in segments.", strict(ReplyArguments))
_log = logging.getLogger(__name__)


class ModelMind:
    def __init__(
        self,
        model: LanguageModel,
        planner: Mind,
        tools: ToolRegistry,
        inspection: ReplyInspection,
        lore: TurnLore,
        *,
        general_knowledge: bool = False,
        observe: Observer = log,
    ) -> None:
        self._model, self._planner, self._tools, self._inspection = model, planner, tools, inspection
        self._proofreader = Proofreader(inspection, self._asked)
        self._lore = lore
        self._general_knowledge, self._observe = general_knowledge, observe

    @property
    def prompt(self) -> Prompt:
        return load_prompt(PROMPT)

    def step(self, view: View, trail: Trail) -> Thought:
        if trail.memo.get("without"):
            return self._without(view, trail)
        if not trail.calls:
            first = tuple(self._first(view))
            self._tell(view, first)
            return Calls(first, {"steps": [len(first)]})
        report = MindReport(prompt=self.prompt.name, model=self._model.name)
        try:
            thought = self._thought(view, trail, report)
        except TurnStopped:
            raise
        except ModelUnavailable as error:
            thought, report.fallback = None, str(error)
        except Exception:  # noqa: BLE001 - a person waits: whatever broke here, the tutor answers without the model
            _log.exception("the model's turn broke")
            thought, report.fallback = None, "a fault of ours"
        if isinstance(thought, Calls):
            return thought
        report.tools = [call.name for call in trail.calls]
        decided = thought or of_engine_alone(self._lore.of_turn(view, trail), view)
        report.fallback = "" if thought else report.fallback or "nothing of its reply could be said"
        self._observe(report)
        return decided or self._without(view, trail)

    def _without(self, view: View, trail: Trail) -> Thought:
        """The planner's plan over what was looked up already: the same call is not made again."""
        known = list(zip(trail.calls, trail.results, strict=False))
        results: list[ToolResult] = []
        while True:
            thought = self._planner.step(view, Trail((), results))
            result = next((result for call, result in known if call == thought), None)
            if result is None:
                return Calls((thought,), {"without": True}) if isinstance(thought, ToolCall) else thought
            results.append(result)

    def _first(self, view: View) -> Iterator[ToolCall]:
        """What code asks for before the model is asked: files are taken before anybody speaks of them."""
        turn = view.context.turn
        if view.is_private and (turn.files or turn.refused):
            yield ToolCall("take_files", {"formally": submission.is_formal(view.text)})
        yield ToolCall("search", {"query": view.text[:2_000].strip() or "-", "passages": True})

    def _thought(self, view: View, trail: Trail, report: MindReport) -> Calls | Decision | None:
        book, steps = self._lore.of_turn(view, trail), list(trail.memo.get("steps", ()))
        report.steps = len(steps)
        matter = Matter(view, book, trail)
        request, unfolding = self._request(view, trail, steps), Unfolding(self._inspection, matter)
        try:
            answer = self._asked(replace(request, watch=unfolding.watch))
        except ModelUnavailable:
            if not unfolding.said:
                raise
            return decision_of(unfolding.said, book, view)  # it broke off in the middle; what was read is the reply
        calls = _calls(answer) if request.tools and not unfolding.said else ()  # beside what is said, nothing is asked
        if calls:
            self._tell(view, calls)
            return Calls(calls, {"steps": [*steps, len(calls)]})
        inspected = self._proofreader.read(request, answer, unfolding, matter, report)
        return decision_of(inspected.kept, book, view) if inspected.answers or book.binding else None

    def _request(self, view: View, trail: Trail, steps: Sequence[int]) -> Request:
        """After the last step there are no more tools to ask for."""
        rules = material.instructions(
            self.prompt.text, view, self._lore.of_first(view, trail, steps), general_knowledge=self._general_knowledge
        )
        messages = [*material.conversation(view), *self._lore.exchanges(view, trail, steps)]
        return Request(rules, messages, () if len(steps) >= MAX_STEPS else self._specs(view), prompt=self.prompt.name)

    def _asked(self, request: Request) -> Completion:
        return self._model.complete(replace(request, tools=(*request.tools, REPLY), must_call=True))

    def _tell(self, view: View, calls: Sequence[ToolCall]) -> None:
        """Whoever waits sees what is done meanwhile."""
        doing = next((doing for call in calls if (doing := self._tools.doing(call, view))), "")
        view.context.audience.see(doing)

    def _specs(self, view: View) -> list[ToolSpec]:
        offered = [tool for tool in self._tools.offered(view) if tool.proposable]
        return [ToolSpec(tool.name, tool.description, strict(tool.arguments)) for tool in offered]


def _calls(answer: Completion) -> tuple[ToolCall, ...]:
    wanted = [call for call in answer.calls if call.name != REPLY.name][:MAX_TOGETHER]
    return tuple(ToolCall(call.name, dict(call.arguments)) for call in wanted)
