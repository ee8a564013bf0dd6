"""The port to a language model: it proposes and words, and never sets state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

Answer = TypeVar("Answer", bound=BaseModel)


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
    parameters: Mapping[str, Any]  # JSON Schema of an object


class LanguageModel(Protocol):
    """Every failure (key, network, limit, refusal, broken stream, bad JSON) is ModelUnavailable."""

    @property
    def name(self) -> str: ...

    def stream(
        self, *, instructions: str, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()
    ) -> Iterator[str | ToolCall]:
        """Pieces of text in order, and tool calls once they are complete."""
        ...

    def structured(self, *, instructions: str, messages: Sequence[Message], shape: type[Answer]) -> Answer:
        """One answer that validates as `shape`."""
        ...
