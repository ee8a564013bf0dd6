"""What a person sees: messages, homes and modals as plain text with their buttons and files."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.rich_text import as_text
from integrations.slack_emulator.views import View
from integrations.slack_emulator.workspaces import Workspace

Block = dict[str, Any]


@dataclass(frozen=True)
class Button:
    label: str
    action_id: str
    block_id: str
    value: str
    kind: str
    style: str = ""
    url: str = ""


@dataclass(frozen=True)
class SeenFile:
    id: str
    name: str
    data: bytes


@dataclass(frozen=True)
class Seen:
    """A message as rendered. `raw` is its wire form; `only_for` is set on an ephemeral one."""

    ts: str
    thread_ts: str
    channel: str
    user: str
    who: str
    text: str
    buttons: tuple[Button, ...]
    files: tuple[SeenFile, ...]
    reactions: tuple[str, ...]
    edited: bool
    streaming: bool
    only_for: str
    raw: Block

    def __str__(self) -> str:
        place = "  ↳ " if self.thread_ts and self.thread_ts != self.ts else ""
        extras = "".join(f" [{button.label}]" for button in self.buttons)
        extras += "".join(f" <{file.name}>" for file in self.files)
        return f"{place}{self.who}: {self.text}{extras}"


@dataclass(frozen=True)
class SeenView:
    id: str
    title: str
    text: str
    buttons: tuple[Button, ...]
    raw: Block


def seen_message(message: SlackMessage, workspace: Workspace) -> Seen:
    author = workspace.members.get(message.user)
    return Seen(
        ts=message.ts,
        thread_ts=message.thread_ts,
        channel=message.channel,
        user=message.user,
        who=message.username or (author.name if author else message.user),
        text=message_text(message, workspace),
        buttons=tuple(buttons_of(message.blocks)),
        files=tuple(SeenFile(file.id, file.name, file.data) for file in message.files),
        reactions=tuple(message.reactions),
        edited=bool(message.edited_ts),
        streaming=message.stream is not None and message.stream.is_live,
        only_for=message.only_for,
        raw=message.to_wire(metadata=True),
    )


def seen_view(view: View, workspace: Workspace) -> SeenView:
    title = (view.body.get("title") or {}).get("text", "")
    return SeenView(view.id, title, blocks_text(view.blocks, workspace), tuple(buttons_of(view.blocks)), view.to_wire())


def message_text(message: SlackMessage, workspace: Workspace) -> str:
    """Blocks win over text, as on screen; attachments follow."""
    text = blocks_text(message.blocks, workspace) if message.blocks else as_seen(message.text, workspace)
    notes = [
        as_seen(str(attachment.get("text") or attachment.get("fallback") or ""), workspace)
        for attachment in message.attachments
    ]
    return "\n".join(part for part in (text, *notes) if part)


def blocks_text(blocks: list[Block], workspace: Workspace) -> str:
    parts = (_block_text(block, workspace) for block in blocks)
    return "\n".join(part for part in parts if part)


def _block_text(block: Block, workspace: Workspace) -> str:
    text = _TEXTS.get(str(block.get("type")))
    return text(block, workspace) if text else ""


def _section_text(block: Block, workspace: Workspace) -> str:
    texts = [block.get("text"), *(block.get("fields") or [])]
    return "\n".join(_text_object(text, workspace) for text in texts if text)


def _context_text(block: Block, workspace: Workspace) -> str:
    return " ".join(_text_object(element, workspace) for element in block.get("elements", []))


def _table_text(block: Block, workspace: Workspace) -> str:
    return "\n".join(" | ".join(_cell_text(cell, workspace) for cell in row) for row in block.get("rows", []))


def _task_text(block: Block, workspace: Workspace) -> str:
    bodies = (_rich_text(block.get(name), workspace) for name in ("details", "output"))
    texts = [str(block.get("title", "")), *bodies]
    return f"[{block.get('status', '')}] " + " ".join(text for text in texts if text)


def _plan_text(block: Block, workspace: Workspace) -> str:
    return "\n".join([str(block.get("title", "")), blocks_text(block.get("tasks", []), workspace)])


def _cell_text(cell: Block, workspace: Workspace) -> str:
    return _rich_text(cell, workspace) if cell.get("type") == "rich_text" else str(cell.get("text", ""))


def _rich_text(block: Any, workspace: Workspace) -> str:
    return block if isinstance(block, str) else as_seen(as_text(block, workspace), workspace)


def _text_object(text: Any, workspace: Workspace) -> str:
    if not isinstance(text, dict):
        return ""
    if text.get("type") == "image":
        return str(text.get("alt_text", ""))
    value = str(text.get("text", ""))
    return as_seen(value, workspace) if text.get("type") == "mrkdwn" else value


_TEXTS: dict[str, Callable[[Block, Workspace], str]] = {
    "section": _section_text,
    "header": lambda block, workspace: _text_object(block.get("text"), workspace),
    "alert": lambda block, workspace: _text_object(block.get("text"), workspace),
    "markdown": lambda block, _: str(block.get("text", "")),
    "context": _context_text,
    "table": _table_text,
    "input": lambda block, workspace: _text_object(block.get("label"), workspace),
    "image": lambda block, _: str(block.get("alt_text", "")),
    "task_card": _task_text,
    "plan": _plan_text,
    "rich_text": _rich_text,
}
_REFERENCE = re.compile(r"<([^<>\n]+)>")


def as_seen(text: str, workspace: Workspace) -> str:
    """mrkdwn with references resolved and entities decoded; emphasis marks stay."""

    def resolve(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target.startswith("@"):
            member = workspace.members.get(target[1:])
            return f"@{member.name if member else label or target[1:]}"
        if target.startswith("#"):
            channel = workspace.channels.get(target[1:])
            return f"#{channel.name if channel else label or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        return label or target

    return html.unescape(_REFERENCE.sub(resolve, text))


def buttons_of(blocks: list[Block]) -> Iterator[Button]:
    for block in blocks:
        block_id = str(block.get("block_id", ""))
        elements = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
        for element in elements:
            if isinstance(element, dict):
                yield from _buttons(element, block_id)


def _buttons(element: Block, block_id: str) -> Iterator[Button]:
    kind, action_id = str(element.get("type")), str(element.get("action_id", ""))
    if kind in ("button", "icon_button"):
        yield Button(
            element["text"]["text"],
            action_id,
            block_id,
            str(element.get("value") or ""),
            kind,
            str(element.get("style") or ""),
            str(element.get("url") or ""),
        )
    elif kind == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            option = element[name]
            yield Button(option["text"]["text"], action_id, block_id, str(option.get("value") or ""), kind)
    elif kind in ("static_select", "radio_buttons", "overflow", "checkboxes"):
        for option in element.get("options") or []:
            yield Button(option["text"]["text"], action_id, block_id, str(option["value"]), kind)
