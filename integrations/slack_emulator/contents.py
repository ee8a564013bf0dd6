"""What an app may put into a message: text, Markdown, blocks, metadata, with Slack's limits."""

from __future__ import annotations

import json
from typing import Any

from integrations.slack_emulator.blockkit import MAX_MARKDOWN, check_blocks
from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.streams import MAX_TOTAL

MAX_TEXT = 40_000
MAX_UPDATE = 4_000
MAX_ATTACHMENTS = 100
MAX_METADATA = 16_000


def content_of(call: Call, *, longest: int | None = None) -> dict[str, Any]:
    """Values for a Message's fields. `longest`: refuse longer text instead of cutting it at 40,000."""
    args = call.args
    text, markdown = str(args.get("text") or ""), str(args.get("markdown_text") or "")
    blocks, attachments = args.get("blocks") or [], args.get("attachments") or []
    if markdown and (text or blocks):
        raise ApiRefusal("markdown_text_conflict")
    if not (text.strip() or markdown.strip() or blocks or attachments):
        raise ApiRefusal("no_text")
    _check_lengths(call, text, markdown, longest)
    if len(attachments) > MAX_ATTACHMENTS:
        raise ApiRefusal("too_many_attachments")
    if blocks:
        check_blocks(blocks)
        check_total(blocks)
        if not text:
            call.warnings.append("missing_text_in_message")
    if markdown:
        blocks = [{"type": "markdown", "text": markdown}]
    return {
        "text": text[:MAX_TEXT] or markdown,
        "blocks": blocks,
        "attachments": attachments,
        "metadata": metadata_of(call),
        "plain": str(args.get("mrkdwn", "true")).lower() in ("0", "false"),
    }


def _check_lengths(call: Call, text: str, markdown: str, longest: int | None) -> None:
    if len(markdown) > MAX_MARKDOWN:
        raise ApiRefusal("msg_too_long", f"markdown_text holds more than {MAX_MARKDOWN} characters")
    if longest is not None and len(text) > longest:
        raise ApiRefusal("msg_too_long")
    if len(text) > MAX_TEXT:
        call.warnings.append("message_truncated")


def check_total(blocks: list[dict[str, Any]]) -> None:
    if sum(map(_characters, blocks)) > MAX_TOTAL:
        raise ApiRefusal("msg_blocks_too_long")


def _characters(block: dict[str, Any]) -> int:
    text = block.get("text")
    if isinstance(text, dict):
        text = text.get("text")
    return len(text) if isinstance(text, str) else 0


def metadata_of(call: Call) -> dict[str, Any] | None:
    metadata = call.args.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise ApiRefusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or metadata.keys() - {"event_type", "event_payload", "entities"}:
        raise ApiRefusal("invalid_metadata_schema")
    if len(json.dumps(metadata)) > MAX_METADATA:
        raise ApiRefusal("metadata_too_large")
    return metadata
