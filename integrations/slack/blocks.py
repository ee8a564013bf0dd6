"""A reply as Block Kit, inside Slack's limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.domain.reply import Action, Reply, Table
from integrations.slack.mrkdwn import escape, from_markdown, pieces
from knowledge.retrieval.passages import Citation

MAX_SECTION = 3_000
MAX_MESSAGE = 11_000  # characters; Slack was seen to refuse a little over 13,000 in all
MAX_BLOCKS = 46  # of text; with a table, sources, buttons and feedback it makes Slack's 50
MAX_TEXT = 3_900  # chat.update refuses more than 4,000
MAX_LABEL = 75
MAX_BUTTONS = 25
MAX_ROWS = 99
MAX_CELL = 90
MAX_TABLE = 9_000  # characters of all cells

Block = dict[str, Any]
Row = tuple[str, ...]


def message(reply: Reply) -> dict[str, Any]:
    """A short reply as one message, short enough to replace another by `chat.update`."""
    first = messages(reply)[0]
    return first | {"text": first["text"][:MAX_TEXT]}


def messages(reply: Reply) -> list[dict[str, Any]]:
    """A reply of any length; sources, buttons and the question whether it helped stand under its end.

    `blocks` is what is seen; `text` says the same to notifications, to screen readers, and where blocks are refused.
    """
    bodies: list[list[Block]] = [[_section(part) for part in group] for group in _groups(reply.text)] or [[]]
    for number, rows in enumerate(_tables(reply.table)):
        if number:  # Slack takes one table a message
            bodies.append([])
        bodies[-1].append({"type": "table", "rows": [[_cell(cell) for cell in row] for row in rows]})
    bodies[-1] += footer(reply)
    return [{"text": _as_text(blocks), "blocks": blocks} for blocks in bodies]


def _groups(text: str) -> list[list[str]]:
    """Pieces for sections, as many together as one message takes."""
    groups: list[list[str]] = []
    left = 0
    for piece in pieces(from_markdown(text), MAX_SECTION):
        if len(piece) > left or len(groups[-1]) >= MAX_BLOCKS:
            groups.append([])
            left = MAX_MESSAGE
        groups[-1].append(piece)
        left -= len(piece)
    return groups


def _tables(table: Table | None) -> list[list[Row]]:
    """The rows in parts that Slack takes, each under the columns' names."""
    parts: list[list[Row]] = []
    size = MAX_TABLE
    for row in table.rows if table else ():
        length = sum(len(cell[:MAX_CELL]) for cell in row)
        if not parts or len(parts[-1]) > MAX_ROWS - 1 or size + length > MAX_TABLE:
            parts.append([table.columns if table else ()])
            size = sum(len(cell) for cell in parts[-1][0])
        parts[-1].append(row)
        size += length
    return parts


def footer(reply: Reply) -> list[Block]:
    """What stands under an answer."""
    blocks: list[Block] = []
    if reply.citations:
        blocks.append(_citations(reply.citations))
    if reply.actions:
        blocks.append(_actions(reply.actions))
    if reply.feedback:
        blocks.append(_feedback())
    return blocks


def _as_text(blocks: Sequence[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        if block["type"] == "section":
            lines.append(block["text"]["text"])
        elif block["type"] == "table":
            lines += [" | ".join(escape(cell["text"]) for cell in row) for row in block["rows"]]
        elif block["type"] == "context":
            lines += [element["text"] for element in block["elements"]]
    return "\n".join(lines) or "…"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": text[:MAX_CELL] or "–"}


def _citations(citations: Sequence[Citation]) -> Block:
    lines = [f"[{number}] {_link(citation)}" for number, citation in enumerate(citations, start=1)]
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": "\n".join(lines)[:2_000]}]}


def _link(citation: Citation) -> str:
    title = escape(citation.title)
    return f"<{citation.url}|{title}>" if citation.url.startswith(("http://", "https://")) else title


def _actions(actions: Sequence[Action]) -> Block:
    return {
        "type": "actions",
        "elements": [_button(action, number) for number, action in enumerate(actions[:MAX_BUTTONS])],
    }


def _button(action: Action, number: int) -> Block:
    """Action ids must differ within a message: the number keeps two `approve` apart."""
    button: Block = {
        "type": "button",
        "action_id": f"{action.id}.{number}",
        "text": {"type": "plain_text", "text": action.label[:MAX_LABEL], "emoji": True},
        "value": action.value[:2_000] or "-",
    }
    return button | ({"style": action.style} if action.style else {})


def _feedback() -> Block:
    def choice(text: str, value: str) -> Block:
        return {"text": {"type": "plain_text", "text": text}, "value": value}

    buttons = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": choice("Helped", "helped"),
        "negative_button": choice("Did not help", "did-not-help"),
    }
    return {"type": "context_actions", "elements": [buttons]}


def pressed(action: Mapping[str, Any]) -> Action:
    """The action behind a pressed button; its label is not trusted, only our id and value."""
    value = str(action.get("value") or "")
    return Action(str(action.get("action_id", "")).partition(".")[0], "", "" if value == "-" else value)
