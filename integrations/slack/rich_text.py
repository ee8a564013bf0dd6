"""What a person wrote, as Slack's composer keeps it: `rich_text` blocks and forwarded messages, read as Markdown.

The forms are of https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. `text` beside them is a rendering
that loses where code begins; it is read only where there are no such blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]
# Composers of other programs name the language in the fence's first line; Slack keeps it as a line of the code.
_LANGUAGES = frozenset(
    "bash compose console diff docker docker-compose dockerfile go ini java javascript js json log makefile markdown "
    "md plaintext powershell py python rust sh shell sql text toml ts txt typescript xml yaml yml zsh".split()
)
_FENCE = re.compile(r"`{3,}")
_CHANNEL_NAME = re.compile(r"<#([A-Z0-9]+)\|([^>]+)>")
_GROUP_NAME = re.compile(r"<!subteam\^([A-Z0-9]+)\|@?([^>]+)>")
_INDENT = "   "
_NEWLINE = "\n"


def written(message: Node, *, bot: str) -> str:
    """Markdown of the message's blocks and of what it forwards; empty where it has neither."""
    own = "\n\n".join(_blocks(message.get("blocks"), _Names(message, bot)))
    tables = [table for shared in _dicts(message.get("attachments")) for table in _tables(shared, bot)]
    return "\n\n".join(part for part in (own.strip(), *tables) if part)


def forwarded(message: Node, *, bot: str) -> str:
    """Messages that were shared with this one, each as a quotation; empty where there are none."""
    shares = (shared for shared in _dicts(message.get("attachments")) if shared.get("is_share"))
    return "\n\n".join(_quoted(text) for shared in shares if (text := _shared_text(shared, bot)))


def _shared_text(shared: Node, bot: str) -> str:
    inner = [wrapper.get("message") for wrapper in _dicts(shared.get("message_blocks"))]
    texts = [written(message, bot=bot) for message in inner if isinstance(message, Mapping)]
    return "\n\n".join(text for text in texts if text) or _text(shared.get("text"))


def _tables(shared: Node, bot: str) -> Iterator[str]:
    """A table that was pasted into the composer travels in an attachment."""
    names = _Names(shared, bot)
    for block in _dicts(shared.get("blocks")):
        if block.get("type") == "table":
            yield _table(block, names)


class _Names:
    """Channels and groups have ids in blocks; their names stand only in the text beside."""

    def __init__(self, message: Node, bot: str) -> None:
        text = _text(message.get("text"))
        self.bot = bot
        self.channels = dict(_CHANNEL_NAME.findall(text))
        self.groups = dict(_GROUP_NAME.findall(text))


def _blocks(blocks: object, names: _Names) -> Iterator[str]:
    for block in _dicts(blocks):
        if block.get("type") == "rich_text":
            yield _rich_text(_dicts(block.get("elements")), names)
        elif block.get("type") == "table":
            yield _table(block, names)


def _rich_text(elements: Sequence[Node], names: _Names) -> str:
    """Blocks stand apart by an empty line, or what follows would go on in them; the levels of a list do not."""
    text, before = "", ""
    for place, element in enumerate(elements):
        part, kind = _part(elements, place, element, names)
        if part:
            text = f"{text.rstrip(_NEWLINE)}{_between(before, kind)}{part.lstrip(_NEWLINE)}" if text else part
            before = kind
    return text


def _part(elements: Sequence[Node], place: int, element: Node, names: _Names) -> tuple[str, str]:
    """Its Markdown, and what that is: words of a line, a list, or another block."""
    match element.get("type"):
        case "rich_text_list":
            return _list(element, names), "list"
        case "rich_text_quote":
            return _quoted(_inline(element, names)), "block"
        case "rich_text_preformatted":
            code = _plain(element).strip(_NEWLINE)
            return (f"`{code}`", "line") if _is_in_line(elements, place, code) else (_fenced(code), "block")
    return _inline(element, names), "section"


def _between(before: str, after: str) -> str:
    if "line" in (before, after):
        return ""
    return _NEWLINE if before == after and before in ("list", "section") else _NEWLINE * 2


def _is_in_line(elements: Sequence[Node], place: int, code: str) -> bool:
    """Whether a line of code stands in the middle of a sentence."""
    if "\n" in code or "`" in code or not 0 < place < len(elements) - 1:
        return False
    before, after = elements[place - 1], elements[place + 1]
    if any(beside.get("type") != "rich_text_section" for beside in (before, after)):
        return False
    return not _plain(before).endswith("\n") and _plain(after)[:1] not in ("", "\n")


def _list(element: Node, names: _Names) -> str:
    """One level of a list; deeper ones are elements of their own, with an indent."""
    indent, offset = _INDENT * _whole(element.get("indent")), _whole(element.get("offset"))
    numbered = element.get("style") == "ordered"
    lines = []
    for number, item in enumerate(_dicts(element.get("elements")), offset + 1):
        text = _inline(item, names).replace("\n", f"\n{indent}{_INDENT}")
        lines.append(f"{indent}{f'{number}.' if numbered else '-'} {text}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").split("\n"))


def _fenced(code: str) -> str:
    first, _, rest = code.partition("\n")
    language = first.strip().lower() if rest and first.strip().lower() in _LANGUAGES else ""
    longest = max((len(fence[0]) for fence in _FENCE.finditer(code)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{rest if language else code}\n{fence}"


def _table(block: Node, names: _Names) -> str:
    given = block.get("rows")
    rows = [[_cell(cell, names) for cell in _dicts(row)] for row in given] if isinstance(given, list) else []
    if not rows:
        return ""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


def _cell(cell: Node, names: _Names) -> str:
    text = _text(cell.get("text"))
    if cell.get("type") == "rich_text":
        text = _rich_text(_dicts(cell.get("elements")), names)
    return " ".join(text.replace("|", "\\|").split())


def _inline(section: Node, names: _Names) -> str:
    return "".join(_element(element, names) for element in _dicts(section.get("elements")))


def _plain(section: Node) -> str:
    """Code is text and addresses that Slack made links of."""
    elements = _dicts(section.get("elements"))
    return "".join(_text(element.get("text")) or _text(element.get("url")) for element in elements)


def _element(element: Node, names: _Names) -> str:
    match element.get("type"):
        case "text":
            return _styled(_text(element.get("text")), element)
        case "link":
            return _link(_text(element.get("text")), _text(element.get("url")), element)
        case "user":
            user = _text(element.get("user_id"))
            return " " if user == names.bot else f"<@{user}>"
        case "channel":
            channel = _text(element.get("channel_id"))
            return f"#{names.channels.get(channel, channel)}"
        case "usergroup":
            group = _text(element.get("usergroup_id"))
            return f"@{names.groups.get(group, group)}"
        case "broadcast":
            return f"@{_text(element.get('range'))}"
        case "emoji":
            return f":{_text(element.get('name'))}:"
    return next((found for key in ("text", "fallback", "value", "url") if (found := _text(element.get(key)))), "")


def _link(label: str, address: str, element: Node) -> str:
    """What was to be read, and the address where it is not a form of it."""
    shown = label or address
    return _styled(shown if shown in address else f"{shown} ({address})", element)


def _styled(text: str, element: Node) -> str:
    """Code and what is struck through change what is meant; bold and italics do not."""
    core = text.strip()
    if not core:
        return text
    if _style(element, "code") and "`" not in core:
        return text.replace(core, f"`{core}`", 1)
    return text.replace(core, f"~~{core}~~", 1) if _style(element, "strike") else text


def _style(element: Node, name: str) -> bool:
    style = element.get("style")
    return isinstance(style, Mapping) and bool(style.get(name))


def _dicts(value: object) -> list[Node]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    """An indent or a first number as Slack bounds them."""
    return max(0, min(value, 1_000)) if isinstance(value, int) else 0
