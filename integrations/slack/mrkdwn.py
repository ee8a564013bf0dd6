"""Markdown to Slack's mrkdwn, with everything made harmless that could ping or pose as markup."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import chain, repeat

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.markdown import Block, BlockKind, blocks

_BULLET = re.compile(r"(?<!\S)[-*+](?=\s)")
_QUOTE = re.compile(r"^([ \t]*)&gt;", re.MULTILINE)
_CODE = re.compile(r"\n?```([\w.+-]*\n)?(.*?)\n?```\n?", re.DOTALL)  # mrkdwn's: begins and ends anywhere in a line
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+\|([^>]*)>")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^|>]+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!([a-z]+)[^>]*>")


def from_markdown(text: str) -> str:
    """`&`, `<` and `>` in what is said are escaped, so no text of a person can become a mention or a link."""
    shown, begin = [], 0
    for block in blocks(text, indented_code=False):
        shown.append(_markers(text[begin : block.start]))
        shown.append(_block(block, text[block.start : block.end]))
        begin = block.end
    return "".join([*shown, _markers(text[begin:])])


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _markers(between: str) -> str:
    """What stands between blocks: blank lines, quotation marks, and the markers of items and headings."""
    return _BULLET.sub("•", _QUOTE.sub(r"\1>", escape(between.replace("# ", "").replace("#", ""))))


def _block(block: Block, raw: str) -> str:
    if block.kind is BlockKind.CODE:  # without its language, which Slack would show as the first line
        return f"```\n{escape(block.content.rstrip(chr(10)))}\n```"
    if block.kind is BlockKind.RULE:
        return raw
    first, *rest = _styled(block.content).split("\n")
    if block.kind is BlockKind.HEADING and not rest:
        return first if first.startswith("*") else f"*{first}*"
    leads = chain((line[: len(line) - len(line.lstrip(" \t>"))] for line in raw.split("\n")[1:]), repeat(""))
    return "\n".join([first, *(f"{next(leads)}{line}" for line in rest)])


class _WebLinks(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return url.startswith(("http://", "https://"))


@cache
def _parser() -> MarkdownIt:
    return _WebLinks("zero").enable(["backticks", "emphasis", "link", "newline"])


def _styled(text: str) -> str:
    (whole,) = _parser().parseInline(text)
    shown, link_end = [], ""
    for token in whole.children or ():
        if token.type == "link_open":
            address = escape(str(token.attrs["href"]))  # without one it is no link
            shown.append(f"<{address}|" if address else "")
            link_end = ">" if address else ""
        else:
            shown.append(link_end if token.type == "link_close" else _shown(token))
    return "".join(shown)


def _shown(token: Token) -> str:
    match token.type:
        case "code_inline":
            return f"`{escape(token.content)}`"
        case "strong_open" | "strong_close":
            return "*"
        case "em_open" | "em_close":
            return "_"
        case "softbreak" | "hardbreak":
            return "\n"
    return escape(token.content)


def to_plain(text: str, *, bot: str) -> str:
    """What a person typed as Markdown: our own mention gone, other markup as readable text, entities decoded."""
    text = _CODE.sub(_as_fence, text.replace(f"<@{bot}>", " "))
    text = _ADDRESS.sub(lambda match: match.group(2) or match.group(1), text)
    text = _CHANNEL.sub(r"#\1", text)
    text = _SPECIAL.sub(r"@\1", text)
    text = _MENTION.sub(r"<@\1>", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _as_fence(code: re.Match[str]) -> str:
    """What is on one line stays in it."""
    return f"\n```{code[1] or chr(10)}{code[2]}\n```\n" if "\n" in code.group().strip() else code.group()


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
