"""Markdown on the way to Slack and back: what is shown, what cannot ping, and code as Slack writes it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.mrkdwn import from_markdown, to_plain
from knowledge.markdown import code_blocks


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold**, *said* and `a*b*`", "*bold*, _said_ and `a*b*`"),
        ("## Title ##\n\nText", "*Title* \n\nText"),
        ("## **Title**", "*Title*"),
        ("- one\n  goes on\n- **two**\n\n1. three", "• one\n  goes on\n• *two*\n\n1. three"),
        ("- one\n    * deep", "• one\n    • deep"),
        ("> quoted\n> words\n\nmine", "> quoted\n> words\n\nmine"),
        ("a\n```dockerfile\nFROM a:1\n  - **b**\n```\nc", "a\n```\nFROM a:1\n  - **b**\n```\nc"),
        ("~~~\n<a>\n~~~", "```\n&lt;a&gt;\n```"),
        ("```\nnot closed", "```\nnot closed\n```"),
        ("[here](https://x.y/?a=1&b=2)", "<https://x.y/?a=1&amp;b=2|here>"),
        ("[here](javascript:x) and [1]", "[here](javascript:x) and [1]"),
        ("a < b && <!channel> <@U1>", "a &lt; b &amp;&amp; &lt;!channel&gt; &lt;@U1&gt;"),
        ("snake_case_name and 2 * 3 * 4\n\n---\n", "snake_case_name and 2 * 3 * 4\n\n---\n"),
        ("Title\n---\nText", "*Title*\n---\nText"),
        ("| a | b |\n|---|---|\n| **c** | d |", "| a | b |\n|---|---|\n| *c* | d |"),
        (r"RUN a \&& b\n", r"RUN a \&amp;&amp; b\n"),
        ("> " * 30 + "<!channel>", None),
    ],
)
def test_what_slack_shows(markdown: str, shown: str | None) -> None:
    said = from_markdown(markdown)
    assert shown is None or said == shown
    assert "<!" not in said


_PIECES = st.sampled_from(
    ["<!here>", "<@U1>", "`", "```", "\n", "> ", "- ", "[a](", "https://x|y>", ")", "**", "# ", "&"]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30).map("".join))
def test_nothing_that_anybody_wrote_becomes_a_mention(text: str) -> None:
    said = from_markdown(text)
    assert all(re.match(r"<https?://[^<>|]+\|", said[found.start() :]) for found in re.finditer("<", said))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("```FROM a:1\nRUN b```", "FROM a:1\nRUN b\n"),
        ("look: ```FROM a:1\nRUN b``` ok?", "FROM a:1\nRUN b\n"),
        ("look:\n```\nFROM a:1\nRUN b\n```\nok?", "FROM a:1\nRUN b\n"),
        ("```dockerfile\nFROM a:1\nRUN b &amp;&amp; c```", "FROM a:1\nRUN b && c\n"),
        ("```services:\n  a:\n```", "services:\n  a:\n"),
    ],
)
def test_code_as_slack_writes_it_is_a_block(typed: str, code: str) -> None:
    assert [block.content for block in code_blocks(to_plain(typed, bot="B"))] == [code]


@pytest.mark.parametrize("typed", ["why does ```docker ps``` fail?", "a ``` b", "`x`\n`y`"])
def test_code_in_a_line_stays_there(typed: str) -> None:
    assert to_plain(typed, bot="B") == typed
