"""The graph of a turn: understand → one deciding node → word. Its state is the conversation, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from agent.conversation.context import Desk
from agent.conversation.decision import Decision, from_state, to_state
from agent.conversation.handlers import (
    course_facts,
    criterion_status,
    experiments,
    explanation,
    fault_exercise,
    hint,
    instructors,
    mastery,
    privacy,
    question,
    submission,
    told_in_chat,
)
from agent.conversation.handlers.channels import in_channel
from agent.conversation.leak_guard import guarded, leaks
from agent.guardrails.questions import settle
from agent.llm.port import Message
from agent.llm.voice import Brief
from agent.understanding.intents import Intent, tells_what_happened
from agent.understanding.topics import criterion_of, is_about_own_work

MAX_REMEMBERED = 20  # lines of a conversation that later turns can see
MAX_LINE = 4_000

Line = dict[str, str]  # role, text, key, at, intent


def append_lines(old: Sequence[Line], new: Sequence[Line]) -> list[Line]:
    """Adds lines once: a turn that runs again after a crash brings the same keys."""
    known = {(line["key"], line["role"]) for line in old}
    fresh = [line for line in new if (line["key"], line["role"]) not in known]
    return [*old, *fresh][-MAX_REMEMBERED:]


class State(TypedDict, total=False):
    history: Annotated[list[Line], append_lines]
    turn_key: str
    intent: str
    decision: dict[str, Any]
    wording: str


Graph = CompiledStateGraph[State, Desk, State, State]


def understand(state: State, runtime: Runtime[Desk]) -> State:  # noqa: ARG001 - a node's shape
    """Rules decide; where they are not sure, a model may propose one of the two nearest."""
    desk = runtime.context
    if fault_exercise.is_answer(desk):
        return {"intent": Intent.ANSWER.value}
    pending = desk.services.asked.pending(desk.person.id, desk.turn.conversation) is not None
    if pending and desk.turn.action is None and not desk.turn.files and explanation.is_reply(desk.turn.text):
        return {"intent": Intent.ANSWER.value}
    reading = desk.services.intents.read(desk.turn, pending=pending)
    intent = reading.intent
    if not reading.sure:
        guess = desk.services.voice.guess(desk.turn.text, [other_intent.value for other_intent in _GUESSABLE])
        intent = Intent(guess) if guess in {other_intent.value for other_intent in _GUESSABLE} else intent
    return {"intent": intent.value}


# What a model may propose: none of these moves a gate or shows another person's work.
_GUESSABLE = (Intent.QUESTION, Intent.STUCK, Intent.STATUS, Intent.SOCIAL, Intent.OUT_OF_SCOPE)


def history_of(state: State) -> tuple[Message, ...]:
    return tuple(Message(line["role"], line["text"]) for line in state.get("history", ()))


def _hand_in(desk: Desk, state: State) -> Decision:  # noqa: ARG001 - every node has this shape
    action = desk.turn.action.id if desk.turn.action else ""
    if action == "build":
        return submission.request_build(desk)
    if action == "experiment":
        return experiments.run(desk)
    if submission.wants_twice(desk):
        return submission.request_build(desk, twice=True)
    if action == "show_findings":
        return submission.show_findings(desk)
    if not desk.turn.files and _BUILD.search(desk.turn.text):
        return submission.request_build(desk)
    if submission.wants_questions_in_file(desk):
        return submission.annotate(desk)
    if action == "submit":
        return submission.submit(desk)
    formally = submission.is_formal(desk.turn.text)
    if formally and not desk.turn.files:
        return submission.submit(desk)
    taken = submission.take_files(desk, formally=formally)
    return taken if formally else question.answered_beside(desk, taken)


def _inquire(desk: Desk, state: State) -> Decision:
    return explanation.belief_stated(desk) or told_in_chat.told(desk) or _answered(desk, state)


def _answered(desk: Desk, state: State) -> Decision:
    """What was said about other things is no context of a question."""
    asked = [line for line in state.get("history", ()) if line.get("intent", Intent.QUESTION) == Intent.QUESTION]
    context = [Message(line["role"], line["text"]) for line in asked]
    return question.answer_question(desk, context)


def _stuck(desk: Desk, state: State) -> Decision:
    """Who tells what went wrong asks about the matter; a hint on the next open criterion would pass it by."""
    text = desk.turn.text
    if (
        desk.turn.action is not None
        or not tells_what_happened(text)
        or criterion_of(text, desk.lesson, desk.services.embed) is not None
    ):
        return hint.guide(desk)
    handed_in = bool(len(desk.services.submissions.workspace(desk.person.id, desk.lesson.id)))
    if handed_in and is_about_own_work(text):
        return hint.guide(desk)
    answered = _answered(desk, state)  # what went wrong states no belief
    return hint.guide(desk) if answered.declined and handed_in else answered


_BUILD = re.compile(r"\b(re)?build (it|this|that|them|again|my \w+|the (image|docker ?file))\b", re.IGNORECASE)
_OF_PERSONS = re.compile(r"\b(you|your|me|i|my|i'm)\b", re.IGNORECASE)


def _why_believed(desk: Desk, state: State) -> Decision:
    about_persons = desk.turn.action is not None or _OF_PERSONS.search(desk.turn.text) is not None
    return mastery.answer(desk) if about_persons else _inquire(desk, state)


NODES: dict[Intent, Callable[[Desk, State], Decision]] = {
    Intent.QUESTION: _inquire,
    Intent.OUT_OF_SCOPE: _inquire,
    Intent.ANSWER: lambda desk, state: fault_exercise.answer(desk) or explanation.assess(desk, history_of(state)),
    Intent.STUCK: _stuck,
    Intent.SUBMIT: _hand_in,
    Intent.STATUS: lambda desk, state: criterion_status.report(desk),  # noqa: ARG005
    Intent.SOCIAL: lambda desk, state: criterion_status.greet(desk),  # noqa: ARG005
    Intent.STAFF: lambda desk, state: instructors.staff_query(desk),  # noqa: ARG005
    Intent.PRIVACY: lambda desk, state: privacy.answer(desk),  # noqa: ARG005
    Intent.BELIEFS: _why_believed,
}


class _Node(Protocol):
    def __call__(self, state: State, runtime: Runtime[Desk]) -> State: ...


def _deciding(intent: Intent) -> _Node:
    def decide(state: State, runtime: Runtime[Desk]) -> State:
        desk = runtime.context
        decision = in_channel(desk, intent) or course_facts.about(desk, intent) or NODES[intent](desk, state)
        return {"decision": to_state(_checked(desk, state, decision))}

    return decide


def _checked(desk: Desk, state: State, decision: Decision) -> Decision:
    """Nothing that does the learner's work, one question, and none that they know already."""
    safe = guarded(desk, history_of(state), decision)
    if not desk.is_tutored:
        return safe
    asked = desk.services.asked.wordings(desk.person.id)
    text, _ = settle(f"{safe.draft}\n\n{safe.closing}", asked)
    closing = safe.closing if safe.closing and text.endswith(safe.closing) else ""
    draft = text.removesuffix(closing).strip() if closing else text
    return safe.with_changes(
        draft=draft or safe.draft, closing=closing, question_asked=safe.question_asked if closing else ""
    )


def word(state: State, runtime: Runtime[Desk]) -> State:
    """The voice says what was decided; then both lines are remembered and our question counts as asked."""
    desk, decision = runtime.context, from_state(state["decision"])
    if decision.silent:
        return {"wording": ""}
    text = _wording(desk, decision, history_of(state)) if decision.may_reword else _as_drafted(decision)
    if desk.is_tutored:
        _, questions = settle(text, ())
        desk.services.asked.note_wordings(desk.person.id, desk.lesson.id, questions, desk.turn.conversation)
    if decision.intent is Intent.QUESTION:  # the conversation is about something else now
        desk.services.asked.let_go(desk.person.id, desk.turn.conversation)
    if decision.question_asked:
        desk.services.asked.ask(desk.person.id, desk.lesson.id, decision.question_asked, desk.turn.conversation)
    intent = decision.intent
    said = [_line("user", desk.turn.text, desk, intent), _line("assistant", text, desk, intent)]
    return {"wording": text, "history": said, "turn_key": desk.turn.key}


def _wording(desk: Desk, decision: Decision, history: tuple[Message, ...]) -> str:
    brief = Brief(
        purpose=decision.intent.value,
        learner_text=desk.turn.text,
        draft=decision.draft,
        closing=decision.closing,
        hits=decision.hits,
        history=history[-6:],
        gives_away=lambda said: bool(leaks(desk, history, said)),
    )
    return desk.services.voice.word(brief, emit=desk.emit)


def _as_drafted(decision: Decision) -> str:
    return f"{decision.draft}\n\n{decision.closing}".strip()


def _line(role: str, text: str, desk: Desk, intent: Intent) -> Line:
    at = desk.services.now().isoformat()
    return {"role": role, "text": text[:MAX_LINE], "key": desk.turn.key, "at": at, "intent": intent.value}


def build_graph(checkpointer: BaseCheckpointSaver[Any]) -> Graph:
    graph = StateGraph(State, context_schema=Desk)
    graph.add_node("understand", understand)
    graph.add_node("word", word)
    graph.add_edge(START, "understand")
    for intent in Intent:
        graph.add_node(intent.value, _deciding(intent))
        graph.add_edge(intent.value, "word")
    graph.add_conditional_edges("understand", lambda state: state["intent"], [intent.value for intent in Intent])
    graph.add_edge("word", END)
    return graph.compile(checkpointer=checkpointer)
