"""Conversations in the database: they go on after a restart, and are forgotten in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from agent.storage.checkpoints import aged, open_checkpointer, tidy


class State(TypedDict, total=False):
    history: Annotated[list[dict[str, str]], lambda old, new: [*old, *new][-4:]]
    fails: bool


def _answer(state: State) -> State:
    if state.get("fails"):
        raise ConnectionError
    return {"history": [_line("answer")]}


@contextmanager
def _graph(url: str) -> Iterator[Any]:
    graph = StateGraph(State)
    graph.add_node("answer", _answer)
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    with open_checkpointer(url) as saver:
        yield graph.compile(checkpointer=saver)


def _config(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread}}


def _say(graph: Any, thread: str, text: str, **more: object) -> list[str]:
    graph.invoke({"history": [_line(text)], **more}, _config(thread), durability="sync")
    return _texts(graph, thread)


def _line(text: str) -> dict[str, str]:
    return {"text": text, "at": _now().isoformat()}


def _texts(graph: Any, thread: str) -> list[str]:
    return [line["text"] for line in graph.get_state(_config(thread)).values["history"]]


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_conversation_goes_on_after_a_restart(storage_url: str) -> None:
    with _graph(storage_url) as graph:
        _say(graph, "a", "hello")
    with _graph(storage_url) as graph:
        assert _texts(graph, "a") == ["hello", "answer"]
        assert graph.get_state(_config("b")).values == {}


def test_a_turn_that_was_cut_off_goes_on_where_it_stopped(storage_url: str) -> None:
    with _graph(storage_url) as graph, pytest.raises(ConnectionError):
        _say(graph, "a", "hello", fails=True)
    with _graph(storage_url) as graph:
        assert graph.get_state(_config("a")).next == ("answer",)


def _sweep(graph: Any, before: datetime) -> list[str]:
    found = aged(graph.checkpointer, before)
    for conversation in found:
        tidy(graph.checkpointer, conversation, before)
    return found


def test_old_conversations_are_forgotten_and_new_ones_stay(storage_url: str) -> None:
    with _graph(storage_url) as graph:
        _say(graph, "old", "hello")
        between = _now()
        _say(graph, "new", "hello")
        assert _sweep(graph, between) == ["old"]
        assert graph.get_state(_config("old")).values == {}
        assert _texts(graph, "new") == ["hello", "answer"]


def test_a_conversation_that_went_on_keeps_only_what_is_new(storage_url: str) -> None:
    with _graph(storage_url) as graph:
        _say(graph, "a", "my secret")
        between = _now()
        _say(graph, "a", "good morning")
        assert _sweep(graph, between) == ["a"]
        assert len(list(graph.get_state_history(_config("a")))) == 1
        assert _texts(graph, "a") == ["good morning", "answer"]
        assert _say(graph, "a", "and on")[-2:] == ["and on", "answer"]
        assert "my secret" not in str(list(graph.get_state_history(_config("a"))))
        assert _sweep(graph, between) == []


def test_a_turn_that_was_cut_off_is_left_alone(storage_url: str) -> None:
    with _graph(storage_url) as graph, pytest.raises(ConnectionError):
        _say(graph, "a", "hello", fails=True)
    with _graph(storage_url) as graph:
        _sweep(graph, _now())
        assert graph.get_state(_config("a")).next == ("answer",)


def test_a_database_in_memory_keeps_conversations_while_it_is_open() -> None:
    with _graph("sqlite://") as graph:
        _say(graph, "a", "hello")
        assert _texts(graph, "a") == ["hello", "answer"]
        assert _sweep(graph, _now() + timedelta(seconds=1)) == ["a"]
