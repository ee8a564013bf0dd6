from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    PlainTextInputElement,
    SectionBlock,
)

from integrations.slack_emulator.blockkit import check_blocks, problems
from integrations.slack_emulator.errors import ApiRefusal


def section(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Go"}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def table(rows: int, columns: int = 2, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]}


def test_what_the_sdk_builds_is_accepted() -> None:
    blocks = [
        HeaderBlock(text="Findings"),
        SectionBlock(text=MarkdownTextObject(text="*one*"), accessory=ButtonElement(text="Go", action_id="a")),
        SectionBlock(fields=[MarkdownTextObject(text="left"), MarkdownTextObject(text="right")]),
        DividerBlock(),
        ContextBlock(elements=[MarkdownTextObject(text="source")]),
        ActionsBlock(elements=[ButtonElement(text="Build", action_id="b", value="1", style="primary")]),
    ]
    check_blocks([block.to_dict() for block in blocks])


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x" * 3_001)],
        [section("")],
        [section(colour="red")],
        [{"type": "section"}],
        [{"type": "section", "text": "not an object"}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "hologram"}],
        [{"text": "no type"}],
        ["not an object"],
        [section()] * 51,
        [section(block_id="same"), section("two", block_id="same")],
        [section(block_id="x" * 256)],
        [actions(button("same"), button("same"))],
        [actions(*(button(str(number)) for number in range(26)))],
        [actions()],
        [actions(button(style="loud"))],
        [actions(button(value="x" * 2_001))],
        [actions(button("x" * 256))],
        [actions(button() | {"text": {"type": "plain_text", "text": "x" * 76}})],
        [actions({"type": "plain_text_input", "action_id": "t"})],
        [table(101)],
        [table(1, 21)],
        [table(1, 2, "")],
        [table(60, 2, "x" * 90)],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "image", "image_url": "https://example.com/a.png"}],
    ],
)
def test_what_slack_refuses_is_refused(blocks: list[Any]) -> None:
    with pytest.raises(ApiRefusal) as caught:
        check_blocks(blocks)
    assert caught.value.error == "invalid_blocks"
    assert caught.value.messages


def test_the_same_action_id_in_two_blocks_is_fine() -> None:
    check_blocks([actions(button()), actions(button())])


def test_markdown_counts_over_all_blocks_of_a_message() -> None:
    check_blocks([{"type": "markdown", "text": "x" * 12_000}])
    with pytest.raises(ApiRefusal, match="msg_blocks_too_long"):
        check_blocks([{"type": "markdown", "text": "x" * 6_001}] * 2)


def test_some_blocks_stand_only_in_messages() -> None:
    assert list(problems([table(1)], "modal"))
    assert list(problems([{"type": "markdown", "text": "x"}], "home"))
    plain_input = InputBlock(label="Why", element=PlainTextInputElement(action_id="t"))
    assert not list(problems([plain_input.to_dict()], "modal"))
