"""A model whose answers were kept: the same request gets the same answer, without a key and without a network.

What stands around a question changes with every card that is mended. So where no recording has the very request, the
one with the same question in the same place of its turn answers: what was said then is checked against today's facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from agent.errors import ModelUnavailable
from agent.llm.port import Completion, LanguageModel, Request, StructuredAnswers, ToolCall, Usage
from agent.llm.schemas import strict


class RecordedModel(StructuredAnswers):
    """A file a request below `folder`, named by the digest of its content; `live` answers, and is kept, where none is.

    `missing` are the digests that nobody has answered yet, `elsewhere` those that were answered to other facts. A reply
    is not heard while it is written: nobody waits for a recording.
    """

    name = "recorded"

    def __init__(self, folder: Path, live: LanguageModel | None = None) -> None:
        self._folder, self._live = folder, live
        self.missing: list[str] = []
        self.elsewhere: list[str] = []
        self.usages: list[Usage] = []

    def complete(self, request: Request) -> Completion:
        key = digest_of(request)
        place = self._folder / f"{key}.json"
        if not place.exists() and self._live is not None:
            self._keep(place, request, self._live.complete(request))
        found = _completion(self._kept(key, place, request)["answer"])
        self.usages.append(found.usage)
        return found

    def _kept(self, key: str, place: Path, request: Request) -> dict[str, Any]:
        if place.exists():
            return _read(place)
        near = self._by_gist.get(gist_of(request.prompt, content_of(request)))
        if near is None:
            self.missing.append(key)
            raise ModelUnavailable("No answer to this request was recorded.")
        self.elsewhere.append(key)
        return near

    @cached_property
    def _by_gist(self) -> dict[str, dict[str, Any]]:
        kept = [_read(path) for path in sorted(self._folder.glob("*.json"))]
        return {gist_of(recording["prompt"], recording["request"]): recording for recording in kept}

    def _keep(self, place: Path, request: Request, answer: Completion) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = {"prompt": request.prompt, "request": content_of(request), "answer": asdict(answer)}
        place.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")


def content_of(request: Request) -> dict[str, Any]:
    """What an answer depends on: the time that was left and the prompt's name are no part of it."""
    return {
        "instructions": request.instructions,
        "messages": [asdict(message) for message in request.messages],
        "tools": [{"name": tool.name, "description": tool.description} for tool in request.tools],
        "parameters": [dict(tool.parameters) for tool in request.tools],
        "shape": strict(request.shape) if request.shape else None,
    }


def digest_of(request: Request) -> str:
    said = json.dumps(content_of(request), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def gist_of(prompt: str, content: Mapping[str, Any]) -> str:
    """The prompt, whatever its version; what the person said; and how far the turn has come."""
    messages = content["messages"]
    said = [_question(message["text"]) for message in messages if message["role"] == "user"]
    return json.dumps([prompt.partition(" ")[0], said, [message["role"] for message in messages]], ensure_ascii=False)


def _question(text: str) -> Any:
    """Of a structured question the sentences that are asked about, without what they are compared with."""
    try:
        asked = json.loads(text)
    except ValueError:
        return text
    if not isinstance(asked, dict):
        return text
    parts = [part for several in asked.values() if isinstance(several, list) for part in several]
    return [part["text"] for part in parts if isinstance(part, dict) and "text" in part] or text


def stale(folder: Path, prompts: Iterable[str]) -> list[str]:
    """Recordings that were made with other words than today's `prompts` have, each with what was asked."""
    current = set(prompts)
    kept = {path.name: _read(path) for path in sorted(folder.glob("*.json"))}
    return [
        f"{name} ({recording['prompt']}: {_asked(recording)})"
        for name, recording in kept.items()
        if recording["prompt"] and recording["prompt"] not in current
    ]


def _asked(recording: Mapping[str, Any]) -> str:
    """The beginning of the last thing that a person said."""
    said = [message["text"] for message in recording["request"]["messages"] if message["role"] == "user"]
    return f"“{' '.join(said[-1].split())[:60]}”" if said else "nothing"


def _read(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return kept


def _completion(kept: dict[str, Any]) -> Completion:
    calls = tuple(ToolCall(**call) for call in kept["calls"])
    return Completion(kept["text"], calls, Usage(**kept["usage"]), kept["model"])
