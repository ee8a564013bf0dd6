"""The language model behind the OpenAI protocols: Responses, and Chat Completions for compatible servers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
import openai
from pydantic import ValidationError

from agent.errors import ModelUnavailable
from agent.llm.port import Answer, Endpoint, Message, ToolCall, ToolSpec, WireProtocol

MAX_OUTPUT_TOKENS = 2_000


def open_model(endpoint: Endpoint) -> ResponsesModel | ChatModel:
    client = openai.OpenAI(
        api_key=endpoint.api_key, base_url=endpoint.base_url or None, timeout=endpoint.timeout, max_retries=1
    )
    adapter = ResponsesModel if endpoint.protocol is WireProtocol.RESPONSES else ChatModel
    return adapter(client, endpoint.model)


class ResponsesModel:
    """`store=False`: the conversation stays in our checkpoints and nowhere else."""

    def __init__(self, client: openai.OpenAI, name: str) -> None:
        self._client, self.name = client, name

    def stream(
        self, *, instructions: str, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()
    ) -> Iterator[str | ToolCall]:
        with _translated():
            events = self._client.responses.create(
                model=self.name,
                instructions=instructions,
                input=_response_items(messages),
                tools=[_response_tool(tool) for tool in tools],
                max_output_tokens=MAX_OUTPUT_TOKENS,
                store=False,
                stream=True,
            )
            with events:
                yield from _response_pieces(events)

    def structured(self, *, instructions: str, messages: Sequence[Message], shape: type[Answer]) -> Answer:
        with _translated():
            parsed = self._client.responses.parse(
                model=self.name,
                instructions=instructions,
                input=_response_items(messages),
                text_format=shape,
                max_output_tokens=MAX_OUTPUT_TOKENS,
                store=False,
            ).output_parsed
        return _validated(parsed, shape)


def _response_items(messages: Sequence[Message]) -> Any:
    return [item for message in messages for item in _response_item(message)]


def _response_item(message: Message) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "function_call_output", "call_id": message.call_id, "output": message.text}]
    calls = [
        {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": json.dumps(dict(call.arguments)),
        }
        for call in message.calls
    ]
    said = [{"role": message.role, "content": message.text}] if message.text else []
    return [*said, *calls]


def _response_tool(tool: ToolSpec) -> Any:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "strict": False,
    }


def _response_pieces(events: openai.Stream[Any]) -> Iterator[str | ToolCall]:
    completed = False
    for event in events:
        if event.type == "response.output_text.delta":
            yield event.delta
        elif event.type == "response.output_item.done" and event.item.type == "function_call":
            yield ToolCall(event.item.call_id, event.item.name, _arguments(event.item.arguments))
        elif event.type in ("response.refusal.done", "response.failed", "response.incomplete", "error"):
            raise ModelUnavailable(f"The model ended its answer with {event.type}.")
        completed = completed or event.type == "response.completed"
    if not completed:
        raise ModelUnavailable("The model's answer broke off.")


class ChatModel:
    """Chat Completions, as vLLM, llama.cpp, Ollama and Azure speak it too."""

    def __init__(self, client: openai.OpenAI, name: str) -> None:
        self._client, self.name = client, name

    def stream(
        self, *, instructions: str, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()
    ) -> Iterator[str | ToolCall]:
        with _translated():
            chunks = self._client.chat.completions.create(
                model=self.name,
                messages=_chat_messages(instructions, messages),
                stream=True,
                max_tokens=MAX_OUTPUT_TOKENS,
                **_chat_tools(tools),
            )
            with chunks:
                yield from _chat_pieces(chunks)

    def structured(self, *, instructions: str, messages: Sequence[Message], shape: type[Answer]) -> Answer:
        with _translated():
            choice = (
                self._client.chat.completions.parse(
                    model=self.name,
                    messages=_chat_messages(instructions, messages),
                    response_format=shape,
                    max_tokens=MAX_OUTPUT_TOKENS,
                )
                .choices[0]
                .message
            )
        return _validated(choice.parsed, shape)


def _chat_messages(instructions: str, messages: Sequence[Message]) -> Any:
    return [{"role": "system", "content": instructions}, *(_chat_message(message) for message in messages)]


def _chat_message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
    plain: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.calls:
        plain["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments))},
            }
            for call in message.calls
        ]
    return plain


def _chat_tools(tools: Sequence[ToolSpec]) -> Any:
    """No key at all without tools: some compatible servers refuse an empty list."""
    if not tools:
        return {}
    functions = [
        {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)} for tool in tools
    ]
    return {"tools": [{"type": "function", "function": function} for function in functions]}


def _chat_pieces(chunks: openai.Stream[Any]) -> Iterator[str | ToolCall]:
    calls: dict[int, dict[str, str]] = {}
    reason = None
    for chunk in chunks:
        if not chunk.choices:
            continue
        choice = chunk.choices[0]
        if getattr(choice.delta, "refusal", None):
            raise ModelUnavailable("The model refused to answer.")
        if choice.delta.content:
            yield choice.delta.content
        for part in choice.delta.tool_calls or ():
            _collect(calls, part)
        reason = choice.finish_reason or reason
    if reason not in ("stop", "tool_calls"):
        raise ModelUnavailable(f"The model's answer broke off ({reason or 'no end'}).")
    for call in calls.values():
        yield ToolCall(call["id"], call["name"], _arguments(call["arguments"]))


def _collect(calls: dict[int, dict[str, str]], part: Any) -> None:
    """A tool call arrives in parts: id and name once, arguments piece by piece."""
    call = calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
    call["id"] = part.id or call["id"]
    if part.function:
        call["name"] = part.function.name or call["name"]
        call["arguments"] += part.function.arguments or ""


def _arguments(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        raise ModelUnavailable("The model called a tool with broken JSON.") from None
    if not isinstance(value, dict):
        raise ModelUnavailable("The model called a tool with something that is no object.")
    return value


def _validated(parsed: Answer | None, shape: type[Answer]) -> Answer:
    if parsed is None:
        raise ModelUnavailable(f"The model gave no {shape.__name__}.")
    return parsed


@contextmanager
def _translated() -> Iterator[None]:
    """The client's errors become ours here and nowhere else; no text of theirs goes on, it may quote a key."""
    try:
        yield
    except openai.AuthenticationError:
        raise ModelUnavailable("The model's server does not accept the key (OPENAI_API_KEY).") from None
    except openai.RateLimitError:
        raise ModelUnavailable("The model's server is at its limit.") from None
    except openai.APITimeoutError:
        raise ModelUnavailable("The model did not answer in time.") from None
    except openai.OpenAIError as error:
        raise ModelUnavailable(f"The model failed ({type(error).__name__}).") from None
    except ValidationError:
        raise ModelUnavailable("The model's answer has not the shape that was asked for.") from None
    except (httpx2.HTTPError, httpx2.StreamError, json.JSONDecodeError) as error:
        raise ModelUnavailable(f"The connection to the model broke ({type(error).__name__}).") from None
