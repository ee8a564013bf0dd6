"""What a person fills in and presses, in the words of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.slack_emulator.errors import NotPossible
from integrations.slack_emulator.transcript import Button
from integrations.slack_emulator.views import View


def find_button(buttons: list[Button], wanted: str, value: str | None) -> Button:
    """By action id, else by label."""
    for name in ("action_id", "label"):
        for button in buttons:
            if getattr(button, name) == wanted and value in (None, button.value):
                return button
    shown = ", ".join(f"{button.label} ({button.action_id})" for button in buttons) or "none"
    raise NotPossible(f"There is no button {wanted!r}; shown: {shown}.")


def action_of(button: Button) -> dict[str, Any]:
    """The entry of `actions` in a block_actions payload."""
    action: dict[str, Any] = {"type": button.kind, "action_id": button.action_id, "block_id": button.block_id}
    label = {"type": "plain_text", "text": button.label, "emoji": True}
    if button.kind in ("static_select", "radio_buttons", "overflow"):
        return action | {"selected_option": {"text": label, "value": button.value}}
    if button.kind == "checkboxes":
        return action | {"selected_options": [{"text": label, "value": button.value}]}
    action |= {"text": label, "value": button.value}
    return action | ({"style": button.style} if button.style else {})


def fill(view: View, values: Mapping[str, Any]) -> None:
    """Sets the state of every input; `values` by block id or action id, ready-made state or plain value."""
    known = set()
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        names = (block["block_id"], element.get("action_id", ""))
        given = next((values[name] for name in names if name in values), None)
        known |= {*names}
        current = view.values.get(block["block_id"], {}).get(names[1])
        if given is not None or current is None:
            view.values[block["block_id"]] = {names[1]: _state(element, given)}
    if unknown := values.keys() - known - view.values.keys():
        raise NotPossible(f"The modal has no input {', '.join(sorted(unknown))}.")
    if missing := [block["label"]["text"] for block in view.blocks if _is_missing(block, view)]:
        raise NotPossible(f"Slack asks to complete: {', '.join(missing)}.")


def _is_missing(block: dict[str, Any], view: View) -> bool:
    if block["type"] != "input" or block.get("optional"):
        return False
    state = view.values[block["block_id"]][block["element"].get("action_id", "")]
    return not any(value for key, value in state.items() if key != "type")


def _state(element: dict[str, Any], given: Any) -> dict[str, Any]:
    kind = str(element["type"])
    if isinstance(given, dict):
        return {"type": kind, **given}
    options = {option["value"]: option for option in element.get("options") or []}
    match kind:
        case "static_select" | "radio_buttons" | "external_select":
            return {"type": kind, "selected_option": options.get(given) or element.get("initial_option")}
        case "checkboxes" | "multi_static_select":
            chosen = [options[row] for row in given] if given is not None else element.get("initial_options") or []
            return {"type": kind, "selected_options": chosen}
        case "users_select":
            return {"type": kind, "selected_user": given or element.get("initial_user")}
        case "datepicker":
            return {"type": kind, "selected_date": given or element.get("initial_date")}
    return {"type": kind, "value": given if given not in (None, "") else element.get("initial_value")}
