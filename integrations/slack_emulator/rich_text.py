"""`rich_text` blocks as the mrkdwn that Slack puts into `text` beside them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from integrations.slack_emulator.workspaces import Workspace

Node = dict[str, Any]
STYLES: Mapping[str, str] = {"`": "code", "*": "bold", "_": "italic", "~": "strike"}


def as_text(block: Any, workspace: Workspace) -> str:
    """A fence gets no line of its own; items and quoted lines end theirs. Empty for what is no such block."""
    if not isinstance(block, dict):
        return ""
    return "".join(_part(element, workspace) for element in block.get("elements", []))


def _part(element: Node, workspace: Workspace) -> str:
    match element["type"]:
        case "rich_text_preformatted":
            return f"```{_inside(element, workspace)}```"
        case "rich_text_quote":
            return "".join(f"&gt; {line}\n" for line in _inside(element, workspace).split("\n"))
        case "rich_text_list":
            items = enumerate(element["elements"], element.get("offset", 0) + 1)
            return "".join(_item(element, number, item, workspace) for number, item in items)
    return _inside(element, workspace)


def _item(element: Node, number: int, item: Node, workspace: Workspace) -> str:
    mark = f"{number}." if element["style"] == "ordered" else "•"
    return f"{'    ' * element.get('indent', 0)}{mark} {_inside(item, workspace)}\n"


def _inside(section: Node, workspace: Workspace) -> str:
    return "".join(_styled(element, workspace) for element in section["elements"])


def _styled(element: Node, workspace: Workspace) -> str:
    text = _plain(element, workspace)
    for mark, style in STYLES.items():
        if element.get("style", {}).get(style):
            return f"{mark}{text}{mark}"
    return text


def _plain(element: Node, workspace: Workspace) -> str:
    match element["type"]:
        case "link":
            label = f"|{html.escape(element['text'], quote=False)}" if element.get("text") else ""
            return f"<{html.escape(element['url'], quote=False)}{label}>"
        case "user":
            return f"<@{element['user_id']}>"
        case "channel":
            channel = workspace.channels.get(element["channel_id"])
            return f"<#{element['channel_id']}|{channel.name if channel else ''}>"
        case "broadcast":
            return f"<!{element['range']}>"
        case "emoji":
            return f":{element['name']}:"
    return html.escape(str(element.get("text", "")), quote=False)
