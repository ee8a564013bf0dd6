"""The real client against a server that speaks both protocols: what comes through, and that every failure is ours."""

from __future__ import annotations

import openai
import pytest
from pydantic import BaseModel

from agent.errors import ModelUnavailable
from agent.llm.openai_models import ChatModel, ResponsesModel
from agent.llm.port import Message, ToolCall, ToolSpec
from tests.model_server import ModelServer, Scripted, chunk, response, response_text

TOOL = ToolSpec("search_guides", "finds", {"type": "object", "properties": {"query": {"type": "string"}}})
ASKED = [Message("user", "what is a digest?")]
CALL = {
    "type": "function_call",
    "id": "f",
    "call_id": "c1",
    "name": "search_guides",
    "arguments": '{"query": "digest"}',
}
TEXT = {
    "responses": response_text("A digest ", "is a hash."),
    "chat": [chunk({"content": "A digest "}), chunk({"content": "is a hash."}), chunk({}, "stop")],
}
TOOLS = {
    "responses": [
        {"type": "response.output_item.done", "sequence_number": 1, "output_index": 0, "item": CALL},
        {"type": "response.completed", "sequence_number": 2, "response": response()},
    ],
    "chat": [
        chunk({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "search_guides", "arguments": '{"que'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": 'ry": "digest"}'}}]}),
        chunk({}, "tool_calls"),
    ],
}
BROKEN = {
    "responses": [
        {
            "type": "response.output_item.done",
            "sequence_number": 1,
            "output_index": 0,
            "item": {**CALL, "arguments": "{"},
        }
    ],
    "chat": [
        chunk({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "x", "arguments": "{"}}]}),
        chunk({}, "tool_calls"),
    ],
}
CUT = {"responses": response_text("A dig", end=False), "chat": [chunk({"content": "A dig"})]}
REFUSED = {
    "responses": [
        {
            "type": "response.refusal.done",
            "sequence_number": 1,
            "item_id": "m",
            "output_index": 0,
            "content_index": 0,
            "refusal": "no",
        }
    ],
    "chat": [chunk({"refusal": "no"}), chunk({}, "stop")],
}
PROTOCOLS = pytest.mark.parametrize("protocol", ["responses", "chat"])


def _model(protocol: str, server: ModelServer) -> ResponsesModel | ChatModel:
    client = openai.OpenAI(api_key="key-that-must-not-show", base_url=server.url, max_retries=0, timeout=0.4)
    return (ResponsesModel if protocol == "responses" else ChatModel)(client, "m")


def _pieces(protocol: str, answer: Scripted) -> list[str | ToolCall]:
    with ModelServer(answer) as server:
        return list(_model(protocol, server).stream(instructions="i", messages=ASKED, tools=[TOOL]))


@PROTOCOLS
def test_text_comes_in_order(protocol: str) -> None:
    assert _pieces(protocol, Scripted(TEXT[protocol])) == ["A digest ", "is a hash."]


@PROTOCOLS
def test_a_tool_call_comes_whole(protocol: str) -> None:
    assert _pieces(protocol, Scripted(TOOLS[protocol])) == [ToolCall("c1", "search_guides", {"query": "digest"})]


@PROTOCOLS
def test_a_tools_answer_goes_back_with_its_call(protocol: str) -> None:
    call = ToolCall("c1", "search_guides", {"query": "digest"})
    messages = [*ASKED, Message("assistant", "", calls=(call,)), Message("tool", "found", call_id="c1")]
    with ModelServer(Scripted(TEXT[protocol])) as server:
        list(_model(protocol, server).stream(instructions="i", messages=messages))
        path, body = server.requests[0]
    assert path.endswith("/responses" if protocol == "responses" else "/chat/completions")
    assert "found" in str(body)
    assert "c1" in str(body)
    assert body.get("store", False) is False


@PROTOCOLS
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_refusing_server_is_an_unavailable_model(protocol: str, status: int) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        _pieces(protocol, Scripted(status=status, body={"error": {"message": "key-that-must-not-show"}}))
    assert "must-not-show" not in str(caught.value)


@PROTOCOLS
@pytest.mark.parametrize("what", ["broken arguments", "broken stream", "refusal", "silence"])
def test_a_broken_answer_is_an_unavailable_model(protocol: str, what: str) -> None:
    answer = {
        "broken arguments": Scripted(BROKEN[protocol]),
        "broken stream": Scripted(CUT[protocol], cut=True),
        "refusal": Scripted(REFUSED[protocol]),
        "silence": Scripted(TEXT[protocol], delay=0.9),
    }[what]
    with pytest.raises(ModelUnavailable):
        _pieces(protocol, answer)


class Choice(BaseModel):
    choice: str


def _structured(protocol: str, text: str) -> Choice:
    message = {
        "type": "message",
        "id": "m",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }
    chat = {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
    }
    with ModelServer(Scripted(body=response(output=[message]) if protocol == "responses" else chat)) as server:
        return _model(protocol, server).structured(instructions="i", messages=ASKED, shape=Choice)


@PROTOCOLS
def test_a_structured_answer_has_its_shape(protocol: str) -> None:
    assert _structured(protocol, '{"choice": "question"}').choice == "question"


@PROTOCOLS
@pytest.mark.parametrize("text", ["{", '{"other": 1}', "no json at all"])
def test_another_shape_is_an_unavailable_model(protocol: str, text: str) -> None:
    with pytest.raises(ModelUnavailable):
        _structured(protocol, text)
