"""The graph of a turn: load → route → mind ⇄ tools → check → say → commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

import numpy as np
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from agent.conversation import dialogue as dialogues
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision, from_state, to_state
from agent.conversation.instructors import is_for_instructors
from agent.conversation.mind import Calls, Mind, Thought, Trail
from agent.conversation.reply_checks.decided import checked
from agent.conversation.routing import routed
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.guardrails.questions import settle
from agent.llm.port import Message
from agent.understanding import acts
from agent.understanding.act_model import ActModel
from agent.understanding.acts import About, Act, Reading
from agent.understanding.references import References, read_references

MAX_REMEMBERED = 20  # lines of a conversation that later turns can see
MAX_LINE = 4_000
MAX_CALLS = 16  # tool calls of one turn; a mind that needs more has lost its way

Line = dict[str, str]  # role, text, key, at, intent


def append_lines(old: Sequence[Line], new: Sequence[Line]) -> list[Line]:
    """Adds lines once: a turn that runs again after a crash brings the same keys."""
    known = {(line["key"], line["role"]) for line in old}
    fresh = [line for line in new if (line["key"], line["role"]) not in known]
    return [*old, *fresh][-MAX_REMEMBERED:]


class State(TypedDict, total=False):
    history: Annotated[list[Line], append_lines]
    dialogue: dict[str, Any]
    turn_key: str
    pending: str
    reading: dict[str, Any]
    references: dict[str, Any]
    for_instructors: bool
    calls: list[dict[str, Any]]
    results: list[dict[str, Any]]
    memo: dict[str, Any]
    decision: dict[str, Any] | None
    wording: str


Graph = CompiledStateGraph[State, TurnContext, State, State]


def history_of(state: State) -> tuple[Message, ...]:
    return tuple(Message(line["role"], line["text"]) for line in state.get("history", ()))


class _Nobody:
    def step(self, view: View, trail: Trail) -> Thought:
        raise NotImplementedError


class ConversationNodes:
    """The nodes, with the mind that thinks, the tools that it may use, and the model that reads messages."""

    def __init__(self, mind: Mind, tools: ToolRegistry, reader: ActModel) -> None:
        self._mind, self._tools, self._reader = mind, tools, reader

    @classmethod
    def undone(cls) -> Self:
        """Nodes to draw the graph with; a turn needs a mind, tools and a reader."""
        return cls(_Nobody(), ToolRegistry([]), ActModel(lambda texts: np.zeros((len(texts), 0), dtype=np.float32)))

    def load(self, state: State, runtime: Runtime[TurnContext]) -> State:  # noqa: ARG002 - a node's shape
        """Nothing of the turn before is left but what the conversation remembers."""
        return {
            "calls": [],
            "results": [],
            "memo": {},
            "decision": None,
            "wording": "",
            "pending": "",
            "reading": {},
            "references": {},
        }

    def route(self, state: State, runtime: Runtime[TurnContext]) -> State:
        context = runtime.context
        decision = routed(context, _said_before(state))
        if decision is not None:
            return {"decision": to_state(decision)}
        before = next((line["text"] for line in reversed(state.get("history", [])) if line["role"] == "assistant"), "")
        message = acts.Message(context.turn.text, before, context.person.is_instructor, context.in_channel)
        asked = context.services.questions_asked
        return {
            "pending": asked.pending(context.person.id, context.turn.conversation) or "",
            "reading": _reading_to_state(self._reader.read(message)),
            "references": vars(read_references(context.turn.text, context.lesson.rubric, _paths(context))),
            "for_instructors": is_for_instructors(context),  # reads every name of the workspace: once a turn
        }

    def mind(self, state: State, runtime: Runtime[TurnContext]) -> State:
        trail = _trail(state)
        thought = self._mind.step(_view(state, runtime.context), trail)
        if isinstance(thought, Decision):
            return {"decision": to_state(thought)}
        asked = thought if isinstance(thought, Calls) else Calls((thought,), trail.memo)
        if not asked.calls or len(trail.calls) + len(asked.calls) > MAX_CALLS:
            return {"decision": to_state(Decision(Intent.QUESTION, LOST, declined=True))}
        calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in asked.calls]
        return {"calls": [*state.get("calls", ()), *calls], "memo": dict(asked.memo)}

    def tools(self, state: State, runtime: Runtime[TurnContext]) -> State:
        """The first call that has no result yet: what it did is kept before the next one begins. Reads go together."""
        trail = _trail(state)
        before = list(zip(trail.calls, trail.results, strict=False))
        found = self._tools.run_next(trail.calls[len(before) :], _view(state, runtime.context), before)
        return {"results": [*state.get("results", ()), *map(_result_to_state, found)]}

    def check(self, state: State, runtime: Runtime[TurnContext]) -> State:
        context = runtime.context
        decision = checked(context, history_of(state), from_state(state["decision"] or {}))
        return {"decision": to_state(decision)}

    def say(self, state: State, runtime: Runtime[TurnContext]) -> State:  # noqa: ARG002 - a node's shape
        decision = from_state(state["decision"] or {})
        if decision.silent:
            return {"wording": ""}
        return {"wording": f"{decision.draft}\n\n{decision.closing}".strip()}

    def commit(self, state: State, runtime: Runtime[TurnContext]) -> State:
        """Once, under the turn's key: both lines, the question that now waits, and what is spoken of."""
        context, decision = runtime.context, from_state(state["decision"] or {})
        if decision.silent:
            return {"turn_key": context.turn.key}
        text = state.get("wording", "")
        _remember_questions(context, decision, text)
        said = [_line("user", context.turn.text, context, decision), _line("assistant", text, context, decision)]
        dialogue = decision.dialogue or dialogues.from_state(state.get("dialogue"))
        dialogue = dialogue.with_changes(last=decision.topic)
        return {"history": said, "turn_key": context.turn.key, "dialogue": dialogues.to_state(dialogue)}


def _said_before(state: State) -> dict[str, str]:
    """What the person wrote here, by the key of its turn; what was deleted is in it no more."""
    return {line["key"]: line["text"] for line in state.get("history", ()) if line["role"] == "user"}


LOST = "I lost my thread there. Say it once more, please."


def _paths(context: TurnContext) -> list[str]:
    if not context.is_tutored:
        return []
    return [file.path for file in context.services.submissions.workspace(context.person.id, context.lesson.id)]


def _view(state: State, context: TurnContext) -> View:
    references = state.get("references") or {}
    return View(
        context,
        _reading_from_state(state.get("reading") or {}),
        References(
            **{
                **references,
                "instructions": tuple(references.get("instructions", ())),
                "criteria": tuple(references.get("criteria", ())),
            }
        ),
        dialogues.from_state(state.get("dialogue")),
        history_of(state),
        state.get("pending", ""),
        state.get("for_instructors", False),
    )


def _trail(state: State) -> Trail:
    calls = [ToolCall(call["name"], call["arguments"]) for call in state.get("calls", ())]
    return Trail(calls, [_result_from_state(result) for result in state.get("results", ())], state.get("memo") or {})


def _reading_to_state(reading: Reading) -> dict[str, Any]:
    odds = {act.value: round(chance, 4) for act, chance in reading.odds.items()}
    about = {name.value: round(chance, 4) for name, chance in reading.about_odds.items()}
    return {"act": reading.act.value, "about": reading.about.value, "odds": odds, "about_odds": about}


def _reading_from_state(state: dict[str, Any]) -> Reading:
    if not state:
        return Reading(Act.CHAT, About.NONE, {Act.CHAT: 1.0}, {About.NONE: 1.0})
    odds = {Act(name): chance for name, chance in state["odds"].items()}
    about_odds = {About(name): chance for name, chance in state["about_odds"].items()}
    return Reading(Act(state["act"]), About(state["about"]), odds, about_odds)


def _result_to_state(result: ToolResult) -> dict[str, Any]:
    decided = to_state(result.decision) if result.decision else None
    return {"content": dict(result.content), "refused": result.refused, "decision": decided}


def _result_from_state(state: dict[str, Any]) -> ToolResult:
    decided = from_state(state["decision"]) if state["decision"] else None
    return ToolResult(state["content"], decided, state["refused"])


def _remember_questions(context: TurnContext, decision: Decision, text: str) -> None:
    """A question of ours waits until it is answered or the talk moves on to something else."""
    asked, person, lesson = context.services.questions_asked, context.person, context.lesson
    if context.is_tutored:
        _, questions = settle(text, ())
        asked.note_wordings(person.id, lesson.id, questions, context.turn.conversation)
    if decision.topic and not decision.question_asked and decision.intent is not Intent.SOCIAL:
        asked.let_go(person.id, context.turn.conversation)
    if decision.question_asked:
        asked.ask(person.id, lesson.id, decision.question_asked, context.turn.conversation)


def _line(role: str, text: str, context: TurnContext, decision: Decision) -> Line:
    at = context.services.now().isoformat()
    return {"role": role, "text": text[:MAX_LINE], "key": context.turn.key, "at": at, "intent": decision.intent.value}


def build_graph(checkpointer: BaseCheckpointSaver[Any], nodes: ConversationNodes) -> Graph:
    graph = StateGraph(State, context_schema=TurnContext)
    for name in ("load", "route", "mind", "tools", "check", "say", "commit"):
        graph.add_node(name, getattr(nodes, name))
    graph.add_edge(START, "load")
    graph.add_edge("load", "route")
    graph.add_conditional_edges("route", _decided_or("mind"), ["mind", "check"])
    graph.add_conditional_edges("mind", _decided_or("tools"), ["tools", "check"])
    graph.add_conditional_edges("tools", _tools_or_mind, ["tools", "mind"])
    graph.add_edge("check", "say")
    graph.add_edge("say", "commit")
    graph.add_edge("commit", END)
    return graph.compile(checkpointer=checkpointer)


def _decided_or(otherwise: str) -> Any:
    return lambda state: "check" if state.get("decision") else otherwise


def _tools_or_mind(state: State) -> str:
    return "tools" if len(state["results"]) < len(state["calls"]) else "mind"
