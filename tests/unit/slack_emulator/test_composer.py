"""The message box: what is typed becomes what Slack sends, in blocks and in text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack_emulator.blockkit import check_blocks
from integrations.slack_emulator.composer import composed
from integrations.slack_emulator.transcript import as_seen, blocks_text
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
        ("here:\n```\nFROM a:1\nRUN b && c\n```\nok", "here:\n```FROM a:1\nRUN b &amp;&amp; c```ok"),
        ("two:\n- a\n  1. b\n", "two:\n• a\n    1. b\n"),
        ("> said\nso", "&gt; said\nso"),
        ("is `a_b` *bold*?", "is `a_b` *bold*?"),
    ],
)
def test_typed_text_becomes_what_slack_sends(typed: str, wire: str) -> None:
    assert composed(typed, WORKSPACE)[0] == wire


def _elements(typed: str) -> list[dict[str, Any]]:
    _, (block,) = composed(typed, WORKSPACE)
    elements: list[dict[str, Any]] = block["elements"]
    return elements


def test_each_form_is_an_element_of_its_own() -> None:
    typed = "why?\n```\nFROM a:1\nADD https://x.example/y .\n```\n- one\n- *two*\n  - deep\n> quoted\nand `code`"
    assert [element["type"].removeprefix("rich_text_") for element in _elements(typed)] == [
        "section",
        "preformatted",
        "list",
        "list",
        "quote",
        "section",
    ]
    code = _elements(typed)[1]["elements"]
    assert [part["type"] for part in code] == ["text", "link", "text"]
    assert _elements("`x`")[0]["elements"] == [{"type": "text", "text": "x", "style": {"code": True}}]


def test_nothing_but_a_file_has_no_blocks() -> None:
    assert composed(" \n", WORKSPACE) == ("", [])


_PLAIN = st.text(alphabet=st.characters(exclude_characters="@#:/`*_~>-•\n\r", exclude_categories=["Cs", "Nd"]))


@given(_PLAIN.filter(str.strip))
def test_what_was_typed_is_what_is_seen(text: str) -> None:
    wire, blocks = composed(text, WORKSPACE)
    assert as_seen(wire, WORKSPACE) == blocks_text(blocks, WORKSPACE) == text


_PIECES = st.sampled_from(["```", "`", "\n", "> ", "- ", "  1. ", "@tutor", "<!here>", "https://x.y", "*", "#cohort-7"])


@given(st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=20).map("".join))
def test_no_reference_can_be_typed_but_known_ones_and_slack_takes_the_blocks(text: str) -> None:
    wire, blocks = composed(f"<!everyone>{text}<javascript:x>", WORKSPACE)
    assert "<!everyone>" not in wire.removeprefix("&lt;!everyone&gt;") or "@everyone" in text
    assert "<javascript" not in wire
    check_blocks(blocks)
