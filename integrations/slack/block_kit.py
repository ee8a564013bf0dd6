"""Block Kit's pieces for pages and forms, each cut to the length that Slack takes."""

from __future__ import annotations

from typing import Any

from integrations.slack.mrkdwn import from_markdown

MAX_TEXT, MAX_HEADER, MAX_LABEL, MAX_VALUE, MAX_TITLE, MAX_FIELDS = 3_000, 150, 75, 2_000, 24, 10
Block = dict[str, Any]

DIVIDER: Block = {"type": "divider"}


def plain(text: str, limit: int = MAX_LABEL) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit), "emoji": True}


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, MAX_HEADER)}


def section(markdown: str, accessory: Block | None = None) -> Block:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": shortened(from_markdown(markdown), MAX_TEXT)}}
    return block | ({"accessory": accessory} if accessory else {})


def fields(*markdowns: str) -> Block:
    """Side by side where there is room."""
    texts = [shortened(from_markdown(markdown), MAX_VALUE) for markdown in markdowns[:MAX_FIELDS]]
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in texts]}


def context(markdown: str) -> Block:
    text = shortened(from_markdown(markdown), MAX_VALUE)
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def button(name: str, label: str, value: str = "", style: str = "") -> Block:
    """`name` must be unique in its block; what comes after its dot is not read."""
    made = {"type": "button", "action_id": name, "text": plain(label), "value": value[:MAX_VALUE] or "-"}
    return made | ({"style": style} if style else {})


def actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def modal(title: str, blocks: list[Block], **more: Any) -> Block:
    """`more`: callback_id, private_metadata, submit."""
    made = {"type": "modal", "title": plain(title, MAX_TITLE), "close": plain("Close"), "blocks": blocks} | more
    return made | ({"submit": plain(more["submit"], MAX_TITLE), "close": plain("Cancel")} if "submit" in more else {})
