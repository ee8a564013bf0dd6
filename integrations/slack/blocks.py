"""A reply as Block Kit, inside Slack's limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.replies import Action, Reply, Table
from integrations.slack.mrkdwn import escape, from_markdown, pieces
from knowledge.passages import Citation

MAX_SECTION = 3_000
MAX_BLOCKS = 50
MAX_TEXT = 3_900  # chat.update refuses more than 4,000
MAX_LABEL = 75
MAX_BUTTONS = 25
MAX_ROWS = 99
MAX_CELL = 90

Block = dict[str, Any]


def message(reply: Reply) -> dict[str, Any]:
    """`text` is what notifications and screen readers get; `blocks` is what is seen."""
    blocks = [_section(part) for part in pieces(from_markdown(reply.text), MAX_SECTION)]
    if reply.table is not None and reply.table.rows:
        blocks.append(_table(reply.table))
    if reply.citations:
        blocks.append(_citations(reply.citations))
    if reply.actions:
        blocks.append(_actions(reply.actions))
    if reply.feedback:
        blocks.append(_feedback())
    return {"text": from_markdown(reply.text)[:MAX_TEXT], "blocks": blocks[:MAX_BLOCKS]}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _table(table: Table) -> Block:
    rows = [table.columns, *table.rows[:MAX_ROWS]]
    return {"type": "table", "rows": [[_cell(cell) for cell in row] for row in rows]}


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": text[:MAX_CELL] or "–"}


def _citations(citations: Sequence[Citation]) -> Block:
    lines = [f"[{number}] {_link(one)}" for number, one in enumerate(citations, start=1)]
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": "\n".join(lines)[:2_000]}]}


def _link(citation: Citation) -> str:
    title = escape(citation.title)
    return f"<{citation.url}|{title}>" if citation.url.startswith(("http://", "https://")) else title


def _actions(actions: Sequence[Action]) -> Block:
    return {
        "type": "actions",
        "elements": [_button(one, number) for number, one in enumerate(actions[:MAX_BUTTONS])],
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
