from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.streams import MAX_TOTAL, EmulatedStream, StreamState


def stream() -> EmulatedStream:
    return EmulatedStream("A0TUTOR", 0.0)


def refused(action: Any, *args: Any) -> str:
    with pytest.raises(ApiRefusal) as caught:
        action(*args)
    return caught.value.error


@given(st.lists(st.text(max_size=40), max_size=30))
def test_the_text_is_all_that_was_appended(parts: list[str]) -> None:
    one = stream()
    for part in parts:
        one.append(part, [])
    assert one.text == "".join(parts)


def test_text_and_chunks_keep_their_order() -> None:
    one = stream()
    divider = {"type": "divider"}
    one.append("a", [{"type": "markdown_text", "text": "b"}, {"type": "blocks", "blocks": [divider]}])
    one.append("c", [])
    assert one.to_blocks() == [{"type": "markdown", "text": "ab"}, divider, {"type": "markdown", "text": "c"}]


def test_details_of_a_task_append_and_its_output_is_said_once() -> None:
    one = stream()
    for status, details, output in (("in_progress", "a", "first"), ("complete", "b", "second")):
        chunk = {"type": "task_update", "id": "1", "title": "Build", "status": status}
        one.append("", [chunk | {"details": details, "output": output}])
    task = one.tasks["1"]
    assert (task.status, task.details, task.output) == ("complete", "ab", "first")


@pytest.mark.parametrize(
    "chunk",
    [
        "text",
        {"type": "markdown_text"},
        {"type": "task_update", "id": "1"},
        {"type": "task_update", "id": "1", "title": "x" * 257},
        {"type": "task_update", "id": "1", "title": "x", "status": "thinking"},
        {"type": "task_update", "id": "1", "title": "x", "details": {"type": "rich_text"}},
        {"type": "other"},
    ],
)
def test_a_malformed_chunk_is_refused_and_nothing_of_its_call_is_kept(chunk: Any) -> None:
    one = stream()
    assert refused(one.append, "text", [{"type": "markdown_text", "text": "more"}, chunk]) == "invalid_chunks"
    assert one.text == ""


def test_lengths_are_limited_per_call_and_in_all() -> None:
    one = stream()
    assert refused(one.append, "x" * 12_001, []) == "msg_blocks_too_long"
    one.append("x" * 12_000, [])
    one.append("x" * (MAX_TOTAL - 12_000), [])
    assert refused(one.append, "x", []) == "msg_blocks_too_long"


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (StreamState.STOPPED, "message_not_in_streaming_state"),
        (StreamState.EXPIRED, "message_not_in_streaming_state"),
        (StreamState.STOPPED_BY_USER, "stopped_by_user"),
    ],
)
def test_a_closed_stream_takes_nothing(state: StreamState, error: str) -> None:
    one = stream()
    one.state = state
    assert refused(one.check_open, "A0TUTOR") == error


def test_a_stream_belongs_to_one_app() -> None:
    assert refused(stream().check_open, "A0HELPER") == "message_not_owned_by_app"
