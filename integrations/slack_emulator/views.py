"""Home tabs and modals: checked, hashed, stacked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from integrations.slack_emulator.blockkit import MAX_VIEW_BLOCKS, problems
from integrations.slack_emulator.errors import ApiRefusal

MAX_VIEW_BYTES = 250_000
MAX_STACK = 3
_COMMON = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL = _COMMON | {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}


@dataclass
class View:
    id: str
    team_id: str
    app_id: str
    bot_id: str
    user: str
    body: dict[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self.body["blocks"]
        return blocks

    def to_wire(self) -> dict[str, Any]:
        body = self.body
        return {
            "id": self.id,
            "team_id": self.team_id,
            "type": self.type,
            "blocks": self.blocks,
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "external_id": body.get("external_id", ""),
            "title": body.get("title"),
            "submit": body.get("submit"),
            "close": body.get("close"),
            "state": {"values": self.values},
            "hash": self.hash,
            "clear_on_close": bool(body.get("clear_on_close")),
            "notify_on_close": bool(body.get("notify_on_close")),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": self.app_id,
            "app_installed_team_id": self.team_id,
            "bot_id": self.bot_id,
        }


def check_view(view: Any, *types: str) -> dict[str, Any]:
    """The view as an object; raises `invalid_arguments` or `view_too_large` where Slack refuses it."""
    if isinstance(view, str):
        view = _parsed(view)
    if not isinstance(view, dict) or view.get("type") not in types:
        raise ApiRefusal("invalid_arguments", f"view must be of type {' or '.join(types)} [json-pointer:/view/type]")
    if len(json.dumps(view)) > MAX_VIEW_BYTES:
        raise ApiRefusal("view_too_large")
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        raise ApiRefusal("invalid_arguments", "missing required field: blocks [json-pointer:/view]")
    found = [*_frame_problems(view), *problems(blocks, view["type"])]
    if len(blocks) > MAX_VIEW_BLOCKS:
        found.append(f"no more than {MAX_VIEW_BLOCKS} items allowed [json-pointer:/view/blocks]")
    if found:
        raise ApiRefusal("invalid_arguments", *found)
    return dict(view)


def _parsed(view: str) -> Any:
    try:
        return json.loads(view)
    except ValueError:
        raise ApiRefusal("invalid_arguments", "view is no JSON") from None


def _frame_problems(view: dict[str, Any]) -> list[str]:
    is_modal = view["type"] == "modal"
    extra = view.keys() - (_MODAL if is_modal else _COMMON)
    found = [f"invalid additional property: {name} [json-pointer:/view]" for name in sorted(extra)]
    limits = {"private_metadata": 3_000, "callback_id": 255, "external_id": 255}
    found += [
        f"must be less than {most + 1} characters [json-pointer:/view/{name}]"
        for name, most in limits.items()
        if len(str(view.get(name) or "")) > most
    ]
    return found + (_modal_problems(view) if is_modal else [])


def _modal_problems(view: dict[str, Any]) -> list[str]:
    found = [] if view.get("title") else ["missing required field: title [json-pointer:/view]"]
    for name in ("title", "submit", "close"):
        text = view.get(name)
        if text is None:
            continue
        if not isinstance(text, dict) or text.get("type") != "plain_text" or not text.get("text"):
            found.append(f"must be a plain_text object [json-pointer:/view/{name}]")
        elif len(text["text"]) > 24:
            found.append(f"must be less than 25 characters [json-pointer:/view/{name}/text]")
    if any(block.get("type") == "input" for block in view["blocks"] if isinstance(block, dict)):
        found += [] if view.get("submit") else ["submit is required with input blocks [json-pointer:/view]"]
    return found


class Views:
    """Homes by (workspace, app, user); modals as a stack per (workspace, user)."""

    def __init__(self) -> None:
        self.homes: dict[tuple[str, str, str], View] = {}
        self.stacks: dict[tuple[str, str], list[View]] = {}

    def top(self, team_id: str, user: str) -> View | None:
        stack = self.stacks.get((team_id, user))
        return stack[-1] if stack else None

    def find(self, team_id: str, app_id: str, view_id: str, external_id: str) -> View:
        for view in self._all():
            mine = (view.team_id, view.app_id) == (team_id, app_id)
            named = view.id == view_id or (external_id and view.body.get("external_id") == external_id)
            if mine and named:
                return view
        raise ApiRefusal("not_found")

    def check_external_id(self, body: dict[str, Any], team_id: str, *, replacing: View | None = None) -> None:
        external_id = body.get("external_id")
        for view in self._all():
            same = external_id and view.body.get("external_id") == external_id and view.team_id == team_id
            if same and view is not replacing:
                raise ApiRefusal("duplicate_external_id")

    def _all(self) -> list[View]:
        return [*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)]
