"""The port to a language model: it proposes and words, and never sets state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from agent.errors import ModelUnavailable

Answer = TypeVar("Answer", bound=BaseModel)
Watch = Callable[[str, str], None]  # name of a tool, and its arguments so far: the beginning of a JSON object


class WireProtocol(StrEnum):
    RESPONSES = "responses"
    CHAT = "chat"


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked: any server that speaks one of the two protocols. `timeout` is in seconds."""

    model: str
    api_key: str = field(repr=False)
    base_url: str = ""
    protocol: WireProtocol = WireProtocol.RESPONSES
    timeout: float = 60.0


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """`role` is user, assistant or tool; a tool's message answers `call_id`; an assistant's may carry calls."""

    role: str
    text: str
    call_id: str = ""
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class ToolSpec:
    name: str
    description: str
    parameters: Mapping[str, Any]  # JSON Schema of an object, strict: see `schemas.strict`


@dataclass(frozen=True)
class Usage:
    """Tokens of one call or of several; `estimated` where a server did not count them."""

    input: int = 0
    output: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        return self.input + self.output

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.input + other.input, self.output + other.output, self.estimated or other.estimated)


@dataclass(frozen=True)
class Request:
    """One call of a model. `must_call`: it answers with a tool, not with text; `shape`: with JSON of that shape.

    `seconds` is the time that is left for it; None leaves the endpoint's own. `prompt` names the prompt for the logs.
    `watch` hears each call for a tool while it is being written; what it raises ends the request.
    """

    instructions: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    must_call: bool = False
    shape: type[BaseModel] | None = None
    seconds: float | None = None
    prompt: str = ""
    watch: Watch | None = None


@dataclass(frozen=True)
class Completion:
    """What came back, whole; `model` is the one that answered."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    model: str = ""


class LanguageModel(Protocol):
    """Every failure (key, network, limit, budget, refusal, broken stream, bad JSON) is ModelUnavailable."""

    @property
    def name(self) -> str: ...

    def complete(self, request: Request) -> Completion: ...

    def structured(
        self, *, instructions: str, messages: Sequence[Message], shape: type[Answer], prompt: str = ""
    ) -> Answer:
        """One answer that validates as `shape`."""
        ...


class StructuredAnswers:
    """For adapters: a structured answer is a completion that is read as its shape."""

    def complete(self, request: Request) -> Completion:
        raise NotImplementedError

    def structured(
        self, *, instructions: str, messages: Sequence[Message], shape: type[Answer], prompt: str = ""
    ) -> Answer:
        text = self.complete(Request(instructions, messages, shape=shape, prompt=prompt)).text
        try:
            return shape.model_validate_json(text)
        except ValidationError:
            raise ModelUnavailable(f"The model gave no {shape.__name__}.") from None
