"""A message that is being written: streaming, then stopped, expired, or stopped by the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from integrations.slack_emulator.blockkit import check_blocks
from integrations.slack_emulator.errors import ApiRefusal

MAX_CALL = 12_000
MAX_TOTAL = 13_200
MAX_BLOCKS = 50
LIFETIME = 300.0


class StreamState(StrEnum):
    STREAMING = "streaming"
    STOPPED = "stopped"
    EXPIRED = "expired"
    STOPPED_BY_USER = "stopped_by_user"


@dataclass
class Task:
    id: str
    title: str = ""
    status: str = "pending"
    details: str = ""
    output: str = ""
    sources: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class EmulatedStream:
    """`parts` keeps text and blocks in the order in which they arrived."""

    owner: str
    started: float
    mode: str = "timeline"
    state: StreamState = StreamState.STREAMING
    plan_title: str = ""
    tasks: dict[str, Task] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part["text"] for part in self.parts if part["type"] == "markdown")

    @property
    def is_live(self) -> bool:
        return self.state is StreamState.STREAMING

    def expire(self) -> None:
        if self.is_live:
            self.state = StreamState.EXPIRED

    def check_open(self, app_id: str) -> None:
        if self.owner != app_id:
            raise ApiRefusal("message_not_owned_by_app")
        if self.state is StreamState.STOPPED_BY_USER:
            raise ApiRefusal("stopped_by_user")
        if not self.is_live:
            raise ApiRefusal("message_not_in_streaming_state")

    def append(self, markdown: str, chunks: list[dict[str, Any]]) -> None:
        """All or nothing: the chunks are checked before the first is taken."""
        if len(markdown) > MAX_CALL:
            raise ApiRefusal("msg_blocks_too_long", f"markdown_text must be at most {MAX_CALL} characters")
        added = len(markdown) + sum(check_chunk(chunk, at) for at, chunk in enumerate(chunks))
        if len(self.text) + added > MAX_TOTAL:
            raise ApiRefusal("msg_blocks_too_long")
        count = sum(part["type"] != "markdown" for part in self.parts)
        if count + sum(len(chunk.get("blocks", [])) for chunk in chunks) > MAX_BLOCKS:
            raise ApiRefusal("msg_blocks_too_many")
        self._add_text(markdown)
        for chunk in chunks:
            self._take(chunk)

    def _take(self, chunk: dict[str, Any]) -> None:
        match chunk["type"]:
            case "markdown_text":
                self._add_text(chunk["text"])
            case "blocks":
                self.parts.extend(chunk["blocks"])
            case "plan_update":
                self.plan_title = chunk["title"]
            case "task_update":
                self._update_task(chunk)

    def _add_text(self, text: str) -> None:
        if not text:
            return
        if self.parts and self.parts[-1]["type"] == "markdown":
            self.parts[-1]["text"] += text
        else:
            self.parts.append({"type": "markdown", "text": text})

    def _update_task(self, chunk: dict[str, Any]) -> None:
        task = self.tasks.setdefault(chunk["id"], Task(chunk["id"]))
        task.title = chunk.get("title") or task.title
        task.status = chunk.get("status") or task.status
        task.details += chunk.get("details") or ""
        task.output = task.output or chunk.get("output") or ""
        task.sources = task.sources or chunk.get("sources") or []

    def to_blocks(self) -> list[dict[str, Any]]:
        cards = [_card(task) for task in self.tasks.values()]
        if cards and self.mode == "plan":
            cards = [{"type": "plan", "title": self.plan_title or "Plan", "tasks": cards}]
        return [*cards, *self.parts]


def _card(task: Task) -> dict[str, Any]:
    card: dict[str, Any] = {
        "type": "task_card",
        "task_id": task.id,
        "title": task.title or task.id,
        "status": task.status,
    }
    for key in ("details", "output"):
        if text := getattr(task, key):
            card[key] = {"type": "rich_text", "elements": [_rich_section(text)]}
    return card | ({"sources": task.sources} if task.sources else {})


def _rich_section(text: str) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def check_chunk(chunk: Any, at: int) -> int:
    """The characters of text that a chunk adds; raises `invalid_chunks`."""
    if not isinstance(chunk, dict):
        raise ApiRefusal("invalid_chunks", f"chunks[{at}] is not an object")
    kind = chunk.get("type")
    if kind == "markdown_text" and isinstance(chunk.get("text"), str) and len(chunk["text"]) <= MAX_CALL:
        return len(chunk["text"])
    if kind == "blocks" and isinstance(chunk.get("blocks"), list):
        check_blocks(chunk["blocks"])
        return 0
    if kind == "plan_update" and isinstance(chunk.get("title"), str):
        return 0
    if kind == "task_update" and _task_is_valid(chunk):
        return 0
    raise ApiRefusal("invalid_chunks", f"chunks[{at}] of type {kind!r} is malformed")


def _task_is_valid(chunk: dict[str, Any]) -> bool:
    statuses = ("pending", "in_progress", "complete", "error")
    return (
        isinstance(chunk.get("id"), str)
        and isinstance(chunk.get("title"), str)
        and chunk.get("status", "pending") in statuses
        and len(chunk["title"]) <= 256
        and all(isinstance(chunk.get(key) or "", str) for key in ("details", "output"))
    )
