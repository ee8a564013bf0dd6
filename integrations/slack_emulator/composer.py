"""What Slack's message box makes of what is typed: `rich_text` blocks, and the `text` that is rendered from them.

Fences, lists, quotations, inline code and emphasis become elements; in `text` a fence has no line of its own, and `&`,
`<` and `>` are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from integrations.slack_emulator.rich_text import STYLES, as_text
from integrations.slack_emulator.workspaces import Workspace

Node = dict[str, Any]
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_ITEM = re.compile(r"(?P<indent> *)(?:(?P<bullet>[-*•])|(?P<number>\d+)[.)]) (?P<words>.*)")
_QUOTE = re.compile(r"> ?(.*)")
_MARKED = re.compile(r"(?<!\w)([`*_~])(?=\S)([^\n`*~]+?)(?<=\S)\1(?!\w)")
_URL = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\]'\"]")
_EMOJI = re.compile(r"(?<!\w):([a-z0-9_+'-]+):(?!\w)")
_ID = re.compile(r"<@([UWB][A-Z0-9]+)>")


def composed(typed: str, workspace: Workspace) -> tuple[str, list[Node]]:
    """`text` and `blocks` of the message; a message without words has no blocks."""
    if not typed.strip():
        return "", []
    elements = [element for part in _parts(typed) for element in _elements(part, workspace)]
    block = {"type": "rich_text", "elements": elements}
    return as_text(block, workspace), [block]


def _parts(typed: str) -> Iterator[str | re.Match[str]]:
    """What is in fences, and what stands between them."""
    begin = 0
    for fence in _FENCE.finditer(typed):
        if begin < fence.start():
            yield typed[begin : fence.start()]
        yield fence
        begin = fence.end() + typed.startswith("\n", fence.end())
    if begin < len(typed):
        yield typed[begin:]


def _elements(part: str | re.Match[str], workspace: Workspace) -> Iterator[Node]:
    if isinstance(part, re.Match):
        if part[1]:
            yield {"type": "rich_text_preformatted", "elements": list(_addresses(part[1])), "border": 0}
        return
    lines = part.split("\n")
    while lines:
        for form in (_list, _quotation, _section):
            found, count = form(lines, workspace)
            if count:
                yield from found
                del lines[:count]
                break


def _list(lines: list[str], workspace: Workspace) -> tuple[list[Node], int]:
    """Each change of level or of kind begins an element of its own."""
    lists: list[Node] = []
    for count, line in enumerate(lines):
        item = _ITEM.fullmatch(line)
        if item is None:
            return lists, count
        kind = {"style": "ordered" if item["number"] else "bullet", "indent": min(8, len(item["indent"]) // 2)}
        if not lists or {key: lists[-1][key] for key in kind} != kind:
            lists.append({"type": "rich_text_list", **kind, "border": 0, "elements": []})
        lists[-1]["elements"].append({"type": "rich_text_section", "elements": list(_inline(item["words"], workspace))})
    return lists, len(lines)


def _quotation(lines: list[str], workspace: Workspace) -> tuple[list[Node], int]:
    quoted = []
    for line in lines:
        if (match := _QUOTE.fullmatch(line)) is None:
            break
        quoted.append(match[1])
    inside = list(_inline("\n".join(quoted), workspace))
    return [{"type": "rich_text_quote", "elements": inside}] if quoted else [], len(quoted)


def _section(lines: list[str], workspace: Workspace) -> tuple[list[Node], int]:
    count = next((at for at, line in enumerate(lines) if _ITEM.fullmatch(line) or _QUOTE.fullmatch(line)), len(lines))
    text = "\n".join(lines[:count]) + ("\n" if count < len(lines) else "")
    inside = list(_inline(text, workspace))
    return [{"type": "rich_text_section", "elements": inside}] if inside else [], count


def _inline(text: str, workspace: Workspace) -> Iterator[Node]:
    begin = 0
    for marked in _MARKED.finditer(text):
        yield from _references(text[begin : marked.start()], workspace)
        style = {STYLES[marked[1]]: True}
        inside = [{"type": "text", "text": marked[2]}] if marked[1] == "`" else _references(marked[2], workspace)
        yield from ({**element, "style": style} for element in inside)
        begin = marked.end()
    yield from _references(text[begin:], workspace)


def _references(text: str, workspace: Workspace) -> Iterator[Node]:
    begin = 0
    for match, element in _found(text, workspace):
        if match.start() >= begin:
            yield from _words(text[begin : match.start()])
            yield element
            begin = match.end()
    yield from _words(text[begin:])


def _found(text: str, workspace: Workspace) -> list[tuple[re.Match[str], Node]]:
    """Addresses, people, channels and emoji, in the order in which they stand; the longest of two names first."""
    found = [(match, {"type": "link", "url": match[0]}) for match in _URL.finditer(text)]
    found += [(match, {"type": "emoji", "name": match[1]}) for match in _EMOJI.finditer(text)]
    if "@" in text:
        found += [(match, {"type": "broadcast", "range": match[1]}) for match in _BROADCAST.finditer(text)]
        known = (match for match in _ID.finditer(text) if match[1] in workspace.members)
        found += [(match, {"type": "user", "user_id": match[1]}) for match in known]
        for member in workspace.members.values():
            names = re.finditer(rf"(?<![\w<])@{re.escape(member.name)}\b", text)
            found += [(match, {"type": "user", "user_id": member.id}) for match in names]
    if "#" in text:
        for channel in filter(lambda channel: channel.name, workspace.channels.values()):
            names = re.finditer(rf"(?<![\w&<])#{re.escape(channel.name)}\b(?!-)", text)
            found += [(match, {"type": "channel", "channel_id": channel.id}) for match in names]
    return sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end()))


_BROADCAST = re.compile(r"(?<!\w)@(channel|here|everyone)\b")


def _words(text: str) -> Iterator[Node]:
    if text:
        yield {"type": "text", "text": text}


def _addresses(code: str) -> Iterator[Node]:
    """Slack makes links of addresses in code, too."""
    begin = 0
    for url in _URL.finditer(code):
        yield from _words(code[begin : url.start()])
        yield {"type": "link", "url": url[0]}
        begin = url.end()
    yield from _words(code[begin:])
