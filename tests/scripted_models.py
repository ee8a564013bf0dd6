"""Language models that misbehave in one way each: behind the port, so that a whole session takes seconds."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.errors import ModelUnavailable
from agent.llm.port import Completion, Request, StructuredAnswers, ToolCall, Usage

Segments = Sequence[Mapping[str, Any]]
Behaviour = Callable[["Turn"], Completion]
_ids = itertools.count()


@dataclass(frozen=True)
class Turn:
    """What a model was given: the facts below the rules, the message, and how often it was asked in this turn."""

    request: Request

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.request.instructions.partition("# Facts of this turn\n")[2])
        return found

    @property
    def message(self) -> str:
        return next(one.text for one in reversed(self.request.messages) if one.role == "user")

    @property
    def cards(self) -> list[str]:
        return [name for name in self.told["facts"] if name.startswith("card:")]

    @property
    def asked_tools(self) -> bool:
        return any(one.role == "tool" for one in self.request.messages)


def replying(*segments: tuple[str, str, Sequence[str]]) -> Completion:
    listed = [{"kind": kind, "text": text, "sources": list(sources)} for kind, text, sources in segments]
    return calling(("reply", {"segments": listed}))


def calling(*calls: tuple[str, Mapping[str, Any]]) -> Completion:
    made = tuple(ToolCall(f"c{next(_ids)}", name, arguments) for name, arguments in calls)
    return Completion("", made, Usage(900, 60), "scripted")


@dataclass
class ScriptedModel(StructuredAnswers):
    """`behave` answers as the mind; every look at the grounding is answered with yes and a quote."""

    behave: Behaviour
    name: str = "scripted"
    requests: list[Request] = field(default_factory=list)

    def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        if request.shape is None:
            return self.behave(Turn(request))
        if request.shape.__name__ != "Judgements":
            raise ModelUnavailable("It knows no such question.")
        return Completion(json.dumps({"sentences": list(_always_yes(request))}), usage=Usage(400, 40), model=self.name)


def _always_yes(request: Request) -> Iterator[dict[str, Any]]:
    """The sentence of its sources that shares most words with what is to be judged: the best that a liar can quote."""
    for asked in json.loads(request.messages[0].text)["sentences"]:
        wanted = set(asked["text"].lower().split())
        told = [part.strip() for source in asked["sources"].values() for part in source.split(". ")]
        quote = max(told, key=lambda part: len(wanted & set(part.lower().split())), default="")
        yield {"number": asked["number"], "verdict": "says", "quote": quote}
