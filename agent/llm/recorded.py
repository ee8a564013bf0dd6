"""A model whose answers were kept: the same request gets the same answer, without a key and without a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.errors import ModelUnavailable
from agent.llm.port import Completion, LanguageModel, Request, StructuredAnswers, ToolCall, Usage
from agent.llm.schemas import strict


class RecordedModel(StructuredAnswers):
    """A file a request below `folder`, named by the digest of its content; `live` answers, and is kept, where none is.

    `missing` are the digests that nobody has answered yet.
    """

    name = "recorded"

    def __init__(self, folder: Path, live: LanguageModel | None = None) -> None:
        self._folder, self._live = folder, live
        self.missing: list[str] = []
        self.usages: list[Usage] = []

    def complete(self, request: Request) -> Completion:
        key = digest_of(request)
        place = self._folder / f"{key}.json"
        if not place.exists():
            if self._live is None:
                self.missing.append(key)
                raise ModelUnavailable("No answer to this request was recorded.")
            self._keep(place, request, self._live.complete(request))
        found = _completion(json.loads(place.read_text("utf-8"))["answer"])
        self.usages.append(found.usage)
        return found

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


def stale(folder: Path, prompts: Iterable[str]) -> list[str]:
    """Recordings that were made with a prompt of another version or other words; `prompts` are the names of today's."""
    current = set(prompts)
    kept = {path.name: json.loads(path.read_text("utf-8"))["prompt"] for path in sorted(folder.glob("*.json"))}
    return [name for name, prompt in kept.items() if prompt and prompt not in current]


def _completion(kept: dict[str, Any]) -> Completion:
    calls = tuple(ToolCall(**call) for call in kept["calls"])
    return Completion(kept["text"], calls, Usage(**kept["usage"]), kept["model"])
