"""The language model behind the OpenAI protocols: Responses, and Chat Completions for compatible servers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from agent.errors import ModelUnavailable
from agent.llm.port import (
    Completion,
    Endpoint,
    Message,
    Request,
    StructuredAnswers,
    ToolCall,
    ToolSpec,
    Usage,
    WireProtocol,
)
from agent.llm.schemas import strict
from agent.llm.spans import chat_span, counted
from agent.llm.token_estimate import estimated

MAX_OUTPUT_TOKENS = 2_000


@dataclass(frozen=True)
class CallSoFar:
    """A call for a tool that is still being written."""

    name: str
    arguments: str


Piece = str | ToolCall | CallSoFar | Usage


def open_model(endpoint: Endpoint) -> ResponsesModel | ChatModel:
    """Tries once: what comes after a failure is decided by `ModelChain`, which knows the time that is left."""
    client = openai.OpenAI(
        api_key=endpoint.api_key, base_url=endpoint.base_url or None, timeout=endpoint.timeout, max_retries=0
    )
    adapter = ResponsesModel if endpoint.protocol is WireProtocol.RESPONSES else ChatModel
    return adapter(client, endpoint.model)


class OpenAIModel(StructuredAnswers):
    """What both protocols share: a request is streamed, so that a server that falls silent is noticed."""

    def __init__(self, client: openai.OpenAI, name: str) -> None:
        self._client, self.name = client, name

    def complete(self, request: Request) -> Completion:
        with chat_span(self.name, request.prompt) as opened:
            found = self._completed(request)
            counted(opened, found.usage)
        return found

    def _completed(self, request: Request) -> Completion:
        said: list[str] = []
        calls: list[ToolCall] = []
        usage = Usage()
        with _translated():
            for piece in self._pieces(request):
                if isinstance(piece, str):
                    said.append(piece)
                elif isinstance(piece, ToolCall):
                    calls.append(piece)
                elif isinstance(piece, Usage):
                    usage = piece
                elif request.watch is not None:
                    request.watch(piece.name, piece.arguments)
        text = "".join(said)
        return Completion(text, tuple(calls), usage if usage.total else estimated(request, text, calls), self.name)

    def _pieces(self, request: Request) -> Iterator[Piece]:
        raise NotImplementedError


class ResponsesModel(OpenAIModel):
    """`store=False`: the conversation stays in our checkpoints and nowhere else."""

    def _pieces(self, request: Request) -> Iterator[Piece]:
        events = self._client.responses.create(
            model=self.name,
            instructions=request.instructions,
            input=_response_items(request.messages),
            max_output_tokens=MAX_OUTPUT_TOKENS,
            store=False,
            stream=True,
            timeout=request.seconds or openai.NOT_GIVEN,
            **_response_options(request),
        )
        with events:
            yield from _response_pieces(events)


def _response_options(request: Request) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if request.tools:
        options["tools"] = [_response_tool(tool) for tool in request.tools]
        options["tool_choice"] = "required" if request.must_call else "auto"
    if request.shape is not None:
        named = {"name": request.shape.__name__, "schema": strict(request.shape), "strict": True}
        options["text"] = {"format": {"type": "json_schema", **named}}
    return options


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
        "strict": True,
    }


def _response_pieces(events: openai.Stream[Any]) -> Iterator[Piece]:
    completed = False
    growing: dict[str, CallSoFar] = {}
    for event in events:
        if event.type == "response.output_text.delta":
            yield event.delta
        elif event.type == "response.output_item.added" and event.item.type == "function_call":
            growing[event.item.id] = CallSoFar(event.item.name, "")
        elif event.type == "response.function_call_arguments.delta" and event.item_id in growing:
            known = growing[event.item_id]
            growing[event.item_id] = CallSoFar(known.name, known.arguments + event.delta)
            yield growing[event.item_id]
        elif event.type == "response.output_item.done" and event.item.type == "function_call":
            yield ToolCall(event.item.call_id, event.item.name, _arguments(event.item.arguments))
        elif event.type in ("response.refusal.done", "response.failed", "response.incomplete", "error"):
            raise ModelUnavailable(f"The model ended its answer with {event.type}.")
        elif event.type == "response.completed":
            completed = True
            if event.response.usage:
                yield Usage(event.response.usage.input_tokens, event.response.usage.output_tokens)
    if not completed:
        raise ModelUnavailable("The model's answer broke off.", transient=True)


class ChatModel(OpenAIModel):
    """Chat Completions, as vLLM, llama.cpp, Ollama and Azure speak it too."""

    def _pieces(self, request: Request) -> Iterator[Piece]:
        chunks = self._client.chat.completions.create(
            model=self.name,
            messages=_chat_messages(request.instructions, request.messages),
            stream=True,
            stream_options={"include_usage": True},
            max_tokens=MAX_OUTPUT_TOKENS,
            timeout=request.seconds or openai.NOT_GIVEN,
            **_chat_options(request),
        )
        with chunks:
            yield from _chat_pieces(chunks)


def _chat_options(request: Request) -> dict[str, Any]:
    """No key at all without tools: some compatible servers refuse an empty list."""
    options: dict[str, Any] = {}
    if request.tools:
        options["tools"] = [{"type": "function", "function": _chat_tool(tool)} for tool in request.tools]
        options["tool_choice"] = "required" if request.must_call else "auto"
    if request.shape is not None:
        named = {"name": request.shape.__name__, "schema": strict(request.shape), "strict": True}
        options["response_format"] = {"type": "json_schema", "json_schema": named}
    return options


def _chat_tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "strict": True,
    }


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


def _chat_pieces(chunks: openai.Stream[Any]) -> Iterator[Piece]:
    calls: dict[int, dict[str, str]] = {}
    reason = None
    for chunk in chunks:
        if getattr(chunk, "usage", None):
            yield Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        if not chunk.choices:
            continue
        choice = chunk.choices[0]
        if getattr(choice.delta, "refusal", None):
            raise ModelUnavailable("The model refused to answer.")
        if choice.delta.content:
            yield choice.delta.content
        for part in choice.delta.tool_calls or ():
            call = _collect(calls, part)
            yield CallSoFar(call["name"], call["arguments"])
        reason = choice.finish_reason or reason
    if reason not in ("stop", "tool_calls"):
        raise ModelUnavailable(f"The model's answer broke off ({reason or 'no end'}).", transient=reason is None)
    for call in calls.values():
        yield ToolCall(call["id"], call["name"], _arguments(call["arguments"]))


def _collect(calls: dict[int, dict[str, str]], part: Any) -> dict[str, str]:
    """A tool call arrives in parts: id and name once, arguments piece by piece."""
    call = calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
    call["id"] = part.id or call["id"]
    if part.function:
        call["name"] = part.function.name or call["name"]
        call["arguments"] += part.function.arguments or ""
    return call


def _arguments(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        raise ModelUnavailable("The model called a tool with broken JSON.") from None
    if not isinstance(value, dict):
        raise ModelUnavailable("The model called a tool with something that is no object.")
    return value


@contextmanager
def _translated() -> Iterator[None]:
    """The client's errors become ours here and nowhere else; no text of theirs goes on, it may quote a key."""
    try:
        yield
    except openai.AuthenticationError:
        raise ModelUnavailable("The model's server does not accept the key (OPENAI_API_KEY).") from None
    except openai.RateLimitError:
        raise ModelUnavailable("The model's server is at its limit.", transient=True) from None
    except openai.APITimeoutError:
        raise ModelUnavailable("The model did not answer in time.") from None
    except (openai.InternalServerError, openai.APIConnectionError) as error:
        raise ModelUnavailable(f"The model failed ({type(error).__name__}).", transient=True) from None
    except openai.OpenAIError as error:
        raise ModelUnavailable(f"The model failed ({type(error).__name__}).") from None
    except (httpx2.HTTPError, httpx2.StreamError, json.JSONDecodeError) as error:
        raise ModelUnavailable(f"The connection to the model broke ({type(error).__name__}).") from None
