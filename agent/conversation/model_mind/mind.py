"""A mind that is a language model: it looks up, proposes, and writes the reply; code holds every word of it.

Whatever fails (the model, its time, its tokens, every segment of its reply), the turn goes on without it: with what the
engine decided, or with the reply of the mind that needs no model.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from agent.conversation.decision import Decision
from agent.conversation.handlers import submission
from agent.conversation.mind import Calls, Mind, Thought, Trail
from agent.conversation.model_mind import material
from agent.conversation.model_mind.composing import decision_of, of_engine_alone
from agent.conversation.model_mind.inspecting import Inspected, ReplyInspection
from agent.conversation.model_mind.lore import TurnLore
from agent.conversation.model_mind.reporting import MindReport, Observer, log
from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import ReplyArguments, drafts_of
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.view import View
from agent.errors import ModelUnavailable
from agent.llm.port import Completion, LanguageModel, Message, Request, ToolSpec
from agent.llm.prompts import Prompt, load_prompt
from agent.llm.schemas import strict

MAX_STEPS = 6  # answers of the model in a turn, each with tools or with the reply
MAX_TOGETHER = 6  # tools that one answer may ask for
PROMPT = Path(__file__).parents[1] / "prompts" / "tutor.md"
REPLY = ToolSpec("reply", "The whole reply to the person, in segments.", strict(ReplyArguments))
_log = logging.getLogger(__name__)
_GO_ON = "Call `reply` once more with the whole reply: mend what was refused, or leave it out; repeat what stands."


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
            return Calls(first, {"steps": [len(first)]})
        report = MindReport(prompt=self.prompt.name, model=self._model.name)
        try:
            thought = self._thought(view, trail, report)
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
        if decided is not None:
            view.context.emit(f"{decided.draft}\n\n{decided.closing}".strip())
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
        messages = [*material.conversation(view), *self._lore.exchanges(view, trail, steps)]
        rules = material.instructions(
            self.prompt.text, view, self._lore.of_first(view, trail, steps), general_knowledge=self._general_knowledge
        )
        report.steps = len(steps)
        last = len(steps) >= MAX_STEPS
        answer = self._asked(rules, messages, [] if last else self._specs(view))
        wanted = [call for call in answer.calls if call.name != REPLY.name][:MAX_TOGETHER]
        if wanted and not last:
            calls = tuple(ToolCall(call.name, dict(call.arguments)) for call in wanted)
            return Calls(calls, {"steps": [*steps, len(calls)]})
        return self._settled(rules, messages, answer, Matter(view, book, trail), report)

    def _asked(self, rules: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Completion:
        return self._model.complete(Request(rules, messages, (*tools, REPLY), must_call=True, prompt=self.prompt.name))

    def _specs(self, view: View) -> list[ToolSpec]:
        offered = [tool for tool in self._tools.offered(view) if tool.proposable]
        return [ToolSpec(tool.name, tool.description, strict(tool.arguments)) for tool in offered]

    def _settled(
        self, rules: str, messages: Sequence[Message], answer: Completion, matter: Matter, report: MindReport
    ) -> Decision | None:
        """The reply after its checks; what was refused goes back once with its reason, then it is left out."""
        inspected, said = self._inspected(answer, matter)
        report.first_offered = len(inspected.kept) + len(inspected.refused)
        if inspected.refused:
            report.sent_back = len(inspected.refused)
            report.reasons = [f"{one.check}: {one.reason} | {one.draft.own}" for one in inspected.refused]
            inspected = self._mended(rules, messages, answer, inspected, said, matter)
        report.offered, report.kept = len(inspected.kept) + len(inspected.refused), len(inspected.kept)
        report.refused = [one.check for one in inspected.refused]
        if not inspected.answers and not matter.book.binding:
            return None
        return decision_of(inspected.kept, matter.book, matter.view)

    def _inspected(self, answer: Completion, matter: Matter) -> tuple[Inspected, str]:
        """What of an answer stands; the fault of its form where it has none to inspect."""
        call = next((call for call in answer.calls if call.name == REPLY.name), None)
        try:
            reply = ReplyArguments.model_validate(dict(call.arguments) if call else _as_segments(answer.text))
        except ValidationError as error:
            fault = error.errors()[0]
            return Inspected(()), f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        return self._inspection.of(drafts_of(reply, matter.book), matter), ""

    def _mended(
        self,
        rules: str,
        messages: Sequence[Message],
        answer: Completion,
        first: Inspected,
        fault: str,
        matter: Matter,
    ) -> Inspected:
        refused = [{"segment": one.draft.number, "reason": one.reason} for one in first.refused]
        told = {"refused": refused or fault, "stands": [draft.number for draft in first.kept], "next": _GO_ON}
        try:
            again = self._asked(rules, [*messages, *_sent_back(answer, told)], ())
            second, _ = self._inspected(again, matter)
        except ModelUnavailable:
            return first
        return second if second.answers or not first.answers else first


def _as_segments(text: str) -> dict[str, object]:
    """A model that only talks: its words are an answer without sources."""
    segments = [{"kind": "answer", "text": text[:1_200], "sources": []}] if text.strip() else []
    return {"segments": segments}


def _sent_back(answer: Completion, told: Mapping[str, object]) -> list[Message]:
    """The reply as the model gave it, and what became of it."""
    text = json.dumps(told, ensure_ascii=False)
    call = next((call for call in answer.calls if call.name == REPLY.name), None)
    if call is None:
        return [Message("assistant", answer.text or "…"), Message("user", text)]
    said = replace(call, id="reply-1")
    return [Message("assistant", "", calls=(said,)), Message("tool", text, call_id=said.id)]
