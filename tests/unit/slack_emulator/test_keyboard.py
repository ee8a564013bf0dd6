from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack_emulator.errors import NotPossible
from integrations.slack_emulator.keyboard import as_typed, find_button
from integrations.slack_emulator.transcript import Button, as_seen
from integrations.slack_emulator.workspaces import Workspace

WORKSPACE = Workspace.classroom()


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("@tutor hello", "<@U0TUTOR> hello"),
        ("<@U0TUTOR> hello", "<@U0TUTOR> hello"),
        ("see #cohort-7", "see <#C0COHORT7|cohort-7>"),
        ("<!channel> all", "&lt;!channel&gt; all"),
        ("@channel all", "<!channel> all"),
        ("mail a@tutor.example", "mail a@tutor.example"),
        ("https://example.com/a?b=1&c=2.", "<https://example.com/a?b=1&amp;c=2>."),
    ],
)
def test_typed_text_becomes_what_slack_sends(typed: str, wire: str) -> None:
    assert as_typed(typed, WORKSPACE) == wire


@given(st.text(alphabet=st.characters(exclude_characters="@#:/", exclude_categories=["Cs"])))
def test_what_was_typed_is_what_is_seen(text: str) -> None:
    assert as_seen(as_typed(text, WORKSPACE), WORKSPACE) == text


@given(st.text())
def test_no_reference_can_be_typed_but_known_ones(text: str) -> None:
    typed = as_typed(f"<!everyone>{text}<javascript:x>", WORKSPACE)
    assert "<!everyone>" not in typed.removeprefix("&lt;!everyone&gt;") or "@everyone" in text
    assert "<javascript" not in typed


def test_a_button_is_found_by_id_then_by_label() -> None:
    buttons = [Button("Yes", "approve.0", "b", "1", "button"), Button("Yes", "approve.1", "b", "2", "button")]
    assert find_button(buttons, "approve.1", None).value == "2"
    assert find_button(buttons, "Yes", None).value == "1"
    assert find_button(buttons, "Yes", "2").action_id == "approve.1"
    with pytest.raises(NotPossible, match=r"approve\.0"):
        find_button(buttons, "No", None)
