"""What a tool is: typed arguments, an effect, and a result that says what the engine did or why it did not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from agent.conversation.decision import Decision
from agent.conversation.view import View


class Effect(StrEnum):
    READ = "read"  # looks; may run beside others
    PROPOSE = "propose"  # asks the engine for a change; policy accepts it or says why not


class Arguments(BaseModel):
    """The caller is never an argument: the engine binds who speaks."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Arguments):
    """A tool that needs no arguments."""


@dataclass(frozen=True)
class ToolCall:
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolResult:
    """`content` is plain JSON; `decision` is what the engine has to say and do about it, where it decided something."""

    content: Mapping[str, Any]
    decision: Decision | None = None
    refused: str = ""  # why a proposal was not accepted


A = TypeVar("A", bound=Arguments)


class Tool(ABC, Generic[A]):
    """One thing that a mind may look up or propose. `learners` and `instructors` say who it is offered to."""

    name: ClassVar[str]
    description: ClassVar[str]
    effect: ClassVar[Effect] = Effect.READ
    arguments: ClassVar[type[Arguments]] = Nothing
    learners: ClassVar[bool] = True
    instructors: ClassVar[bool] = True
    proposable: ClassVar[bool] = True  # False: only code asks for it, a language model is never offered it

    def offered(self, view: View) -> bool:
        """Whether it makes sense in this turn."""
        person = view.context.person
        return self.instructors if person.is_instructor else self.learners

    def unasked(self, view: View, arguments: A) -> str:  # noqa: ARG002 - most need nobody's wish
        """Why the message is no wish for this; empty where it is one, or none is needed."""
        return ""

    def doing(self, view: View, arguments: A) -> str:  # noqa: ARG002 - most do the same for every argument
        """What is told while it works (“reading line 8”); empty where there is nothing to tell."""
        return ""

    @abstractmethod
    def run(self, view: View, arguments: A) -> ToolResult: ...
