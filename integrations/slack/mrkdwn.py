"""Markdown to Slack's mrkdwn, with everything made harmless that could ping or pose as markup."""

from __future__ import annotations

import re

_FENCE = re.compile(r"(```.*?```)", re.DOTALL)
_CODE = re.compile(r"(`[^`\n]+`)")
_LINK = re.compile(r"\[([^\]\n]+)\]\((https?://[^\s)]+)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.+)$", re.MULTILINE)
_BULLET = re.compile(r"^(\s*)[-*] ", re.MULTILINE)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+\|([^>]*)>")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^|>]+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!([a-z]+)[^>]*>")


def from_markdown(text: str) -> str:
    """`&`, `<` and `>` are escaped first, so no text of a person can become a mention or a link."""
    parts = _FENCE.split(escape(text))
    return "".join(part if part.startswith("```") else _inline(part) for part in parts)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _inline(text: str) -> str:
    pieces = _CODE.split(text)
    return "".join(piece if piece.startswith("`") else _styled(piece) for piece in pieces)


def _styled(text: str) -> str:
    text = _HEADING.sub(r"**\1**", text)
    text = _BULLET.sub(r"\1• ", text)
    text = _LINK.sub(r"<\2|\1>", text)
    text = _BOLD.sub(r"*\1*", text)
    return re.sub(r"^&gt; ", "> ", text, flags=re.MULTILINE)


def to_plain(text: str, *, bot: str) -> str:
    """What a person typed: our own mention gone, other markup as readable text, entities decoded."""
    text = text.replace(f"<@{bot}>", " ")
    text = _ADDRESS.sub(lambda match: match.group(2) or match.group(1), text)
    text = _CHANNEL.sub(r"#\1", text)
    text = _SPECIAL.sub(r"@\1", text)
    text = _MENTION.sub(r"<@\1>", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def pieces(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` characters, cut at paragraphs, lines or words; fences are closed."""
    parts: list[str] = []
    rest = text
    while len(rest) > limit:
        cut = _cut(rest, limit - 8)
        head, rest = rest[:cut].rstrip(), rest[cut:].lstrip("\n")
        if head.count("```") % 2:
            head, rest = f"{head}\n```", f"```\n{rest}"
        parts.append(head)
    return [*parts, rest] if rest else parts


def _cut(text: str, limit: int) -> int:
    for mark in ("\n\n", "\n", " "):
        place = text.rfind(mark, limit // 2, limit)
        if place > 0:
            return place
    return limit
