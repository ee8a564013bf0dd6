from __future__ import annotations

from typing import Any

import pytest

from integrations.slack_emulator.errors import ApiRefusal, NotPossible
from integrations.slack_emulator.keyboard import fill
from integrations.slack_emulator.views import View, check_view

PLAIN = {"type": "plain_text", "text": "Text"}


def text_input(block_id: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": PLAIN,
        "element": {"type": "plain_text_input", "action_id": f"{block_id}.text"},
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": PLAIN, "submit": PLAIN, "blocks": list(blocks), **more}


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}


def test_whole_views_are_accepted() -> None:
    assert check_view(modal(text_input("why")), "modal")
    assert check_view(home({"type": "divider"}), "home")


@pytest.mark.parametrize(
    ("view", "error"),
    [
        (modal(text_input("why"), submit=None), "invalid_arguments"),
        (modal(title={"type": "plain_text", "text": "x" * 25}), "invalid_arguments"),
        (modal(title=None), "invalid_arguments"),
        (modal(private_metadata="x" * 3_001), "invalid_arguments"),
        (modal(colour="red"), "invalid_arguments"),
        (modal({"type": "markdown", "text": "x"}), "invalid_arguments"),
        (modal(*[{"type": "divider"}] * 101), "invalid_arguments"),
        (modal(text_input("why", label={"type": "plain_text", "text": "x" * 250_000})), "view_too_large"),
        (home(), "invalid_arguments"),
        ("no JSON", "invalid_arguments"),
    ],
)
def test_what_slack_refuses_is_refused(view: Any, error: str) -> None:
    with pytest.raises(ApiRefusal) as caught:
        check_view(view, "modal")
    assert caught.value.error == error


def test_inputs_are_filled_by_block_or_action_and_must_be_complete() -> None:
    body = modal(text_input("why"), text_input("note", optional=True))
    view = View("V1", "T1", "A1", "B1", "U1", body, "hash", "V1")
    with pytest.raises(NotPossible, match="complete"):
        fill(view, {})
    with pytest.raises(NotPossible, match="no input other"):
        fill(view, {"why": "x", "other": "y"})
    fill(view, {"why.text": "because"})
    assert view.values == {
        "why": {"why.text": {"type": "plain_text_input", "value": "because"}},
        "note": {"note.text": {"type": "plain_text_input", "value": None}},
    }
