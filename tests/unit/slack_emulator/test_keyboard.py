from __future__ import annotations

import pytest

from integrations.slack_emulator.errors import NotPossible
from integrations.slack_emulator.keyboard import find_button
from integrations.slack_emulator.transcript import Button


def test_a_button_is_found_by_id_then_by_label() -> None:
    buttons = [Button("Yes", "approve.0", "b", "1", "button"), Button("Yes", "approve.1", "b", "2", "button")]
    assert find_button(buttons, "approve.1", None).value == "2"
    assert find_button(buttons, "Yes", None).value == "1"
    assert find_button(buttons, "Yes", "2").action_id == "approve.1"
    with pytest.raises(NotPossible, match=r"approve\.0"):
        find_button(buttons, "No", None)
