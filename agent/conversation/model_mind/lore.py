"""What a turn has found out, as facts for the checks and as messages for the model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agent.conversation.facts import Fact, FactBook, facts_of_view, of_card, of_content, of_decision
from agent.conversation.mind import Trail
from agent.conversation.model_mind import material
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.view import View
from agent.llm import port
from agent.llm.port import Message
from knowledge.retrieval.library import Library
from knowledge.retrieval.passages import Citation


class TurnLore:
    """`steps` says how many calls were made together; the first were made by code, before the model was asked."""

    def __init__(self, tools: ToolRegistry, library: Library, facts: CourseFacts) -> None:
        self._tools, self._library, self._facts = tools, library, facts

    def of_turn(self, view: View, trail: Trail) -> FactBook:
        book = FactBook(facts_of_view(view))
        for call, result in zip(trail.calls, trail.results, strict=False):
            book.add(self._facts_of(view, call, result))
        return book

    def of_first(self, view: View, trail: Trail, steps: Sequence[int]) -> FactBook:
        """What the instructions hold: the same in each step of a turn, so that a server may keep it."""
        first = steps[0] if steps else 0
        return self.of_turn(view, Trail(trail.calls[:first], trail.results[:first]))

    def exchanges(self, view: View, trail: Trail, steps: Sequence[int]) -> list[Message]:
        """What the model asked for, with what came back."""
        messages: list[Message] = []
        begin = steps[0] if steps else 0
        for count in steps[1:]:
            numbers = range(begin, begin + count)
            asked = tuple(
                port.ToolCall(f"call-{at}", trail.calls[at].name, trail.calls[at].arguments) for at in numbers
            )
            messages.append(Message("assistant", "", calls=asked))
            messages += [
                Message("tool", self._answer(view, trail.calls[at], trail.results[at]), call_id=f"call-{at}")
                for at in numbers
            ]
            begin += count
        return messages

    def _answer(self, view: View, call: ToolCall, result: ToolResult) -> str:
        if result.refused:
            return json.dumps({"refused": result.refused}, ensure_ascii=False)
        facts = {fact.id: material.shown(fact) for fact in self._facts_of(view, call, result)}
        return json.dumps({"facts": facts} if facts else {"found": "nothing"}, ensure_ascii=False)

    def _facts_of(self, view: View, call: ToolCall, result: ToolResult) -> list[Fact]:
        tool = self._tools.get(call.name)
        if tool is None or result.refused:
            return []
        if tool.name == "search":
            return self._found(view, result)
        content = list(of_content(tool, result))
        return [*content, *of_decision(tool, result.decision)] if result.decision is not None else content

    def _found(self, view: View, result: ToolResult) -> list[Fact]:
        lesson, slots = view.context.lesson, self._facts.slots(view.context.lesson)
        cards = [self._library.card(lesson, str(card["id"])) for card in result.content.get("cards", ())]
        passages = [_passage(found) for found in result.content.get("passages", ())]
        return [*(of_card(card, self._library, view, slots) for card in cards if card is not None), *passages]


def _passage(found: Mapping[str, Any]) -> Fact:
    cited = (Citation(**found["citation"]),)
    return Fact(f"passage:{found['id']}", str(found["text"]), str(found["heading"]), citations=cited)
