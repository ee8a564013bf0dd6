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

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision, from_state, to_state
from agent.conversation.handlers import (
    course_facts,
    criterion_status,
    experiments,
    explanation,
    fault_exercise,
    hint,
    mastery,
    privacy,
    question,
    submission,
    told_in_chat,
)
from agent.conversation.handlers.channels import in_channel
from agent.conversation.instructors import answer as answer_instructor
from agent.conversation.leak_guard import guarded, leaks
from agent.guardrails.questions import settle
from agent.llm.port import Message
from agent.llm.voice import Brief
from agent.understanding.acts import About, Act, Reading
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


Graph = CompiledStateGraph[State, TurnContext, State, State]


def understand(state: State, runtime: Runtime[TurnContext]) -> State:  # noqa: ARG001 - a node's shape
    """Rules decide; where they are not sure, a model may propose one of the two nearest."""
    context = runtime.context
    if fault_exercise.is_answer(context):
        return {"intent": Intent.ANSWER.value}
    pending = context.services.questions_asked.pending(context.person.id, context.turn.conversation) is not None
    if pending and context.turn.action is None and not context.turn.files and explanation.is_reply(context.turn.text):
        return {"intent": Intent.ANSWER.value}
    reading = context.services.intents.read(context.turn, pending=pending)
    intent = reading.intent
    if not reading.sure:
        guess = context.services.voice.guess(context.turn.text, [other_intent.value for other_intent in _GUESSABLE])
        intent = Intent(guess) if guess in {other_intent.value for other_intent in _GUESSABLE} else intent
    return {"intent": intent.value}


# What a model may propose: none of these moves a gate or shows another person's work.
_GUESSABLE = (Intent.QUESTION, Intent.STUCK, Intent.STATUS, Intent.SOCIAL, Intent.OUT_OF_SCOPE)


def history_of(state: State) -> tuple[Message, ...]:
    return tuple(Message(line["role"], line["text"]) for line in state.get("history", ()))


def _hand_in(context: TurnContext, state: State) -> Decision:  # noqa: ARG001 - every node has this shape
    action = context.turn.action.id if context.turn.action else ""
    if action == "build":
        return submission.request_build(context)
    if action == "experiment":
        return experiments.run(context)
    if submission.wants_twice(context):
        return submission.request_build(context, twice=True)
    if action == "show_findings":
        return submission.show_findings(context)
    if not context.turn.files and _BUILD.search(context.turn.text):
        return submission.request_build(context)
    if submission.wants_questions_in_file(context):
        return submission.annotate(context)
    if action == "submit":
        return submission.submit(context)
    formally = submission.is_formal(context.turn.text)
    if formally and not context.turn.files:
        return submission.submit(context)
    taken = submission.take_files(context, formally=formally)
    return taken if formally else question.answered_beside(context, taken)


def _inquire(context: TurnContext, state: State) -> Decision:
    return explanation.belief_stated(context) or told_in_chat.told(context) or _answered(context, state)


def _answered(context: TurnContext, state: State) -> Decision:
    """What was said about other things is no context of a question."""
    asked = [line for line in state.get("history", ()) if line.get("intent", Intent.QUESTION) == Intent.QUESTION]
    earlier = [Message(line["role"], line["text"]) for line in asked]
    return question.answer_question(context, earlier)


def _stuck(context: TurnContext, state: State) -> Decision:
    """Who tells what went wrong asks about the matter; a hint on the next open criterion would pass it by."""
    text = context.turn.text
    if (
        context.turn.action is not None
        or not tells_what_happened(text)
        or criterion_of(text, context.lesson, context.services.embed) is not None
    ):
        return hint.guide(context)
    handed_in = bool(len(context.services.submissions.workspace(context.person.id, context.lesson.id)))
    if handed_in and is_about_own_work(text):
        return hint.guide(context)
    answered = _answered(context, state)  # what went wrong states no belief
    return hint.guide(context) if answered.declined and handed_in else answered


_BUILD = re.compile(r"\b(re)?build (it|this|that|them|again|my \w+|the (image|docker ?file))\b", re.IGNORECASE)
_OF_PERSONS = re.compile(r"\b(you|your|me|i|my|i'm)\b", re.IGNORECASE)


def _why_believed(context: TurnContext, state: State) -> Decision:
    about_persons = context.turn.action is not None or _OF_PERSONS.search(context.turn.text) is not None
    return mastery.answer(context) if about_persons else _inquire(context, state)


# Acts are not read here yet, and nothing is remembered of what an instructor asked before.
_ASKED = Reading(Act.STAFF_MANY, About.PERSON, {Act.STAFF_MANY: 1.0})

NODES: dict[Intent, Callable[[TurnContext, State], Decision]] = {
    Intent.QUESTION: _inquire,
    Intent.OUT_OF_SCOPE: _inquire,
    Intent.ANSWER: lambda context, state: (
        fault_exercise.answer(context) or explanation.assess(context, history_of(state))
    ),
    Intent.STUCK: _stuck,
    Intent.SUBMIT: _hand_in,
    Intent.STATUS: lambda context, state: criterion_status.report(context),  # noqa: ARG005
    Intent.SOCIAL: lambda context, state: criterion_status.greet(context),  # noqa: ARG005
    Intent.STAFF: lambda context, state: answer_instructor(context, _ASKED, {})[0],  # noqa: ARG005
    Intent.PRIVACY: lambda context, state: privacy.answer(context),  # noqa: ARG005
    Intent.BELIEFS: _why_believed,
}


class _Node(Protocol):
    def __call__(self, state: State, runtime: Runtime[TurnContext]) -> State: ...


def _deciding(intent: Intent) -> _Node:
    def decide(state: State, runtime: Runtime[TurnContext]) -> State:
        context = runtime.context
        decision = in_channel(context, intent) or course_facts.about(context, intent) or NODES[intent](context, state)
        return {"decision": to_state(_checked(context, state, decision))}

    return decide


def _checked(context: TurnContext, state: State, decision: Decision) -> Decision:
    """Nothing that does the learner's work, one question, and none that they know already."""
    safe = guarded(context, history_of(state), decision)
    if not context.is_tutored:
        return safe
    asked = context.services.questions_asked.wordings(context.person.id)
    text, _ = settle(f"{safe.draft}\n\n{safe.closing}", asked)
    closing = safe.closing if safe.closing and text.endswith(safe.closing) else ""
    draft = text.removesuffix(closing).strip() if closing else text
    return safe.with_changes(
        draft=draft or safe.draft, closing=closing, question_asked=safe.question_asked if closing else ""
    )


def word(state: State, runtime: Runtime[TurnContext]) -> State:
    """The voice says what was decided; then both lines are remembered and our question counts as asked."""
    context, decision = runtime.context, from_state(state["decision"])
    if decision.silent:
        return {"wording": ""}
    text = _wording(context, decision, history_of(state)) if decision.may_reword else _as_drafted(decision)
    if context.is_tutored:
        _, questions = settle(text, ())
        context.services.questions_asked.note_wordings(
            context.person.id, context.lesson.id, questions, context.turn.conversation
        )
    if decision.intent is Intent.QUESTION:  # the conversation is about something else now
        context.services.questions_asked.let_go(context.person.id, context.turn.conversation)
    if decision.question_asked:
        context.services.questions_asked.ask(
            context.person.id, context.lesson.id, decision.question_asked, context.turn.conversation
        )
    intent = decision.intent
    said = [_line("user", context.turn.text, context, intent), _line("assistant", text, context, intent)]
    return {"wording": text, "history": said, "turn_key": context.turn.key}


def _wording(context: TurnContext, decision: Decision, history: tuple[Message, ...]) -> str:
    brief = Brief(
        purpose=decision.intent.value,
        learner_text=context.turn.text,
        draft=decision.draft,
        closing=decision.closing,
        hits=decision.hits,
        history=history[-6:],
        gives_away=lambda said: bool(leaks(context, history, said)),
    )
    return context.services.voice.word(brief, emit=context.emit)


def _as_drafted(decision: Decision) -> str:
    return f"{decision.draft}\n\n{decision.closing}".strip()


def _line(role: str, text: str, context: TurnContext, intent: Intent) -> Line:
    at = context.services.now().isoformat()
    return {"role": role, "text": text[:MAX_LINE], "key": context.turn.key, "at": at, "intent": intent.value}


def build_graph(checkpointer: BaseCheckpointSaver[Any]) -> Graph:
    graph = StateGraph(State, context_schema=TurnContext)
    graph.add_node("understand", understand)
    graph.add_node("word", word)
    graph.add_edge(START, "understand")
    for intent in Intent:
        graph.add_node(intent.value, _deciding(intent))
        graph.add_edge(intent.value, "word")
    graph.add_conditional_edges("understand", lambda state: state["intent"], [intent.value for intent in Intent])
    graph.add_edge("word", END)
    return graph.compile(checkpointer=checkpointer)
