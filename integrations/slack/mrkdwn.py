"""Markdown to Slack's mrkdwn, with everything made harmless that could ping or pose as markup."""

from __future__ import annotations

import re
import unicodedata

_FENCE = re.compile(r"(```.*?```)", re.DOTALL)
_LANGUAGE = re.compile(r"^```[\w+-]+\n")  # Slack would show it as the first line of the code
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
    return "".join(_LANGUAGE.sub("```\n", part) if part.startswith("```") else _inline(part) for part in parts)


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
    """mrkdwn in parts of at most `limit` characters, cut at paragraphs, lines or words; fences are closed."""
    parts: list[str] = []
    rest = text
    while len(rest) > limit:
        cut = _whole(rest, _cut(rest, limit - 8))
        head, rest = rest[:cut].rstrip(), rest[cut:].lstrip("\n")
        if head.count("```") % 2:
            head, rest = f"{head}\n```", f"```\n{rest}"
        parts.append(head)
    return [part for part in (*parts, rest) if part.replace("```", "").strip()]


def _cut(text: str, limit: int) -> int:
    for mark in ("\n\n", "\n", " "):
        place = text.rfind(mark, limit // 2, limit)
        if place > 0:
            return place
    return limit


_OPEN = re.compile(r"(?:<[^>]*|&[a-z]{0,4})$")  # a link or an entity that the cut would break


def _whole(text: str, cut: int) -> int:
    """Moves the cut back to before what it would break: a link, an entity, a fence, or one visible character."""
    broken = _OPEN.search(text, max(0, cut - 2_500), cut)
    if broken and broken.start() > 0:
        cut = broken.start()
    while cut > 1 and _belongs(text[cut - 1], text[cut]):
        cut -= 1
    return cut


def _belongs(before: str, after: str) -> bool:
    """Whether the two are parts of one fence or one visible character: accents, joined emoji, skin tones."""
    if before == after == "`":
        return True
    return _JOINER in (before, after) or unicodedata.combining(after) > 0 or after in _MODIFIERS


_JOINER = "\u200d"
_MODIFIERS = frozenset(["\ufe0e", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))])
