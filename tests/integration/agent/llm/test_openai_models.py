"""The real client against a server that speaks both protocols: what comes through, and that every failure is ours."""

from __future__ import annotations

import openai
import pytest
from pydantic import BaseModel

from agent.errors import ModelUnavailable, TurnStopped
from agent.llm.accounting import Account, MeteredModel, charged_to
from agent.llm.openai_models import ChatModel, ResponsesModel
from agent.llm.port import Completion, Message, Request, ToolCall, ToolSpec, Usage
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
USAGE = {
    "input_tokens": 30,
    "output_tokens": 4,
    "total_tokens": 34,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
CHAT_USAGE = {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34}
PROTOCOLS = pytest.mark.parametrize("protocol", ["responses", "chat"])


def _model(protocol: str, server: ModelServer) -> ResponsesModel | ChatModel:
    client = openai.OpenAI(api_key="key-that-must-not-show", base_url=server.url, max_retries=0, timeout=0.4)
    return (ResponsesModel if protocol == "responses" else ChatModel)(client, "m")


def _completed(protocol: str, answer: Scripted) -> Completion:
    with ModelServer(answer) as server:
        return _model(protocol, server).complete(Request("i", ASKED, [TOOL]))


@PROTOCOLS
def test_text_comes_in_order(protocol: str) -> None:
    assert _completed(protocol, Scripted(TEXT[protocol])).text == "A digest is a hash."


@PROTOCOLS
def test_a_tool_call_comes_whole(protocol: str) -> None:
    calls = _completed(protocol, Scripted(TOOLS[protocol])).calls
    assert calls == (ToolCall("c1", "search_guides", {"query": "digest"}),)


@PROTOCOLS
def test_what_it_cost_is_told(protocol: str) -> None:
    counted = {
        "responses": [
            *response_text("Yes.", end=False),
            {"type": "response.completed", "sequence_number": 9, "response": response(usage=USAGE)},
        ],
        "chat": [chunk({"content": "Yes."}), chunk({}, "stop"), {**chunk({}), "choices": [], "usage": CHAT_USAGE}],
    }
    assert _completed(protocol, Scripted(counted[protocol])).usage == Usage(30, 4)
    assert _completed(protocol, Scripted(TEXT[protocol])).usage.estimated


@PROTOCOLS
def test_tools_are_strict_and_may_be_required(protocol: str) -> None:
    with ModelServer(Scripted(TOOLS[protocol])) as server:
        _model(protocol, server).complete(Request("i", ASKED, [TOOL], must_call=True))
        body = server.requests[0][1]
    tool = body["tools"][0]
    assert (tool if protocol == "responses" else tool["function"])["strict"] is True
    assert body["tool_choice"] == "required"


@PROTOCOLS
def test_a_tools_answer_goes_back_with_its_call(protocol: str) -> None:
    call = ToolCall("c1", "search_guides", {"query": "digest"})
    messages = [*ASKED, Message("assistant", "", calls=(call,)), Message("tool", "found", call_id="c1")]
    with ModelServer(Scripted(TEXT[protocol])) as server:
        _model(protocol, server).complete(Request("i", messages))
        path, body = server.requests[0]
    assert path.endswith("/responses" if protocol == "responses" else "/chat/completions")
    assert "found" in str(body)
    assert "c1" in str(body)
    assert body.get("store", False) is False


@PROTOCOLS
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_refusing_server_is_an_unavailable_model(protocol: str, status: int) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        _completed(protocol, Scripted(status=status, body={"error": {"message": "key-that-must-not-show"}}))
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
        _completed(protocol, answer)


class Choice(BaseModel):
    choice: str


def _structured(protocol: str, text: str) -> Choice:
    said = response_text(text) if protocol == "responses" else [chunk({"content": text}), chunk({}, "stop")]
    with ModelServer(Scripted(said)) as server:
        found = _model(protocol, server).structured(instructions="i", messages=ASKED, shape=Choice)
        assert "json_schema" in str(server.requests[0][1])
    return found


@PROTOCOLS
def test_a_structured_answer_has_its_shape(protocol: str) -> None:
    assert _structured(protocol, '{"choice": "question"}').choice == "question"


@PROTOCOLS
@pytest.mark.parametrize("text", ["{", '{"other": 1}', "no json at all"])
def test_another_shape_is_an_unavailable_model(protocol: str, text: str) -> None:
    with pytest.raises(ModelUnavailable):
        _structured(protocol, text)


GROWING = {
    "responses": [
        {
            "type": "response.output_item.added",
            "sequence_number": 0,
            "output_index": 0,
            "item": {**CALL, "arguments": ""},
        },
        *(
            {
                "type": "response.function_call_arguments.delta",
                "sequence_number": number,
                "output_index": 0,
                "item_id": "f",
                "delta": piece,
            }
            for number, piece in enumerate(('{"que', 'ry": "digest"}'), start=1)
        ),
        *TOOLS["responses"],
    ],
    "chat": TOOLS["chat"],
}


@PROTOCOLS
def test_a_call_is_seen_while_it_is_written(protocol: str) -> None:
    seen: list[tuple[str, str]] = []
    with ModelServer(Scripted(GROWING[protocol])) as server:
        request = Request("i", ASKED, [TOOL], watch=lambda name, arguments: seen.append((name, arguments)))
        found = _model(protocol, server).complete(request)
    assert seen == [("search_guides", '{"que'), ("search_guides", '{"query": "digest"}')]
    assert [call.arguments for call in found.calls] == [{"query": "digest"}]


@PROTOCOLS
def test_whoever_watches_can_end_it(protocol: str) -> None:
    def stop(name: str, arguments: str) -> None:
        raise TurnStopped

    account = Account()
    with ModelServer(Scripted(GROWING[protocol])) as server, charged_to(account), pytest.raises(TurnStopped):
        MeteredModel(_model(protocol, server)).complete(Request("i" * 400, ASKED, [TOOL], watch=stop))
    assert account.usage.estimated
    assert account.usage.input > 100
