"""Blocks stand where they say, whatever the text; what is code, heading, item or row is the parser's to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markdown import BlockKind, blocks, code_blocks, plain, sections

_LINES = st.sampled_from(
    [
        *("# Heading #\n", "Under\n===\n", "- item\n", "  - deeper\n", "> said\n", "> > twice\n", "lazy\n", "```\n"),
        *(
            "~~~\n",
            "    code\n",
            "\tcode\n",
            "| a | b |\n",
            "|---|---|\n",
            "<div>\n",
            "***\n",
            "1. one\r\n",
            "\r",
            "\0",
        ),
    ]
)


@given(st.lists(st.one_of(_LINES, st.text(max_size=12)), max_size=40).map("".join))
def test_each_block_is_a_place_and_none_overlaps(text: str) -> None:
    last = 0
    for block in blocks(text):
        assert last <= block.start <= block.end <= len(text)
        last = block.end
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) and block.content:
            first, *_, closing = [*block.content.split("\n"), block.content.split("\n")[-1]]
            said = text[block.start : block.end].replace("\0", "\ufffd")
            assert said.startswith(first.strip())
            assert said.endswith(closing.strip())


def _read(text: str, *, indented_code: bool = True) -> list[tuple[str, str]]:
    return [(block.kind.value, text[block.start : block.end]) for block in blocks(text, indented_code=indented_code)]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("## Title ##\n\nText\non two.  \n", [("heading", "Title"), ("paragraph", "Text\non two.")]),
        ("Title\n---\nText", [("heading", "Title"), ("paragraph", "Text")]),
        ("- one\n  more\n- two", [("paragraph", "one\n  more"), ("paragraph", "two")]),
        ("~~~\n```\n~~~\nText", [("code", "~~~\n```\n~~~"), ("paragraph", "Text")]),
        ("- a\n  ```\n  x\n  ```\n", [("paragraph", "a"), ("code", "  ```\n  x\n  ```")]),
        ("```\nnever closed", [("code", "```\nnever closed")]),
        ("a ``` b\n\n``` c ```", [("paragraph", "a ``` b"), ("paragraph", "``` c ```")]),
        ("| a | b |\r\n|---|---|\r\n| c | d |\r\n", [("row", "| a | b |"), ("row", "| c | d |")]),
        ("a\n\n    b\n", [("paragraph", "a"), ("code", "    b")]),
        ("a\n***\n<div>\nb", [("paragraph", "a"), ("rule", "***"), ("html", "<div>\nb")]),
    ],
)
def test_what_a_text_is_made_of(text: str, read: list[tuple[str, str]]) -> None:
    assert _read(text) == read


def test_what_is_indented_may_be_prose() -> None:
    assert _read("a\n\n    b\n", indented_code=False) == [("paragraph", "a"), ("paragraph", "b")]


def test_items_and_quotations_are_marked_and_code_is_without_its_fence() -> None:
    assert [(block.in_item, block.quoted) for block in blocks("a\n\n- b\n\n> c\n\n- > d")] == [
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    ]
    assert [code.content for code in code_blocks("- x\n  ```yaml\n  a:\n    b\n  ```\n")] == ["a:\n  b\n"]


def test_sections_are_cut_at_headings_of_the_text_itself() -> None:
    text = "Above.\n\n## One {#first}\nText.\n\n```\n## none\n```\n\n- ## none\n\n### Two\nMore.\n"
    assert list(sections(text)) == [
        (0, "", "", "Above."),
        (2, "One", "first", "Text.\n\n```\n## none\n```\n\n- ## none"),
        (3, "Two", "", "More."),
    ]
    assert [title for _, title, _, _ in sections(text, [2])] == ["", "One"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("**Bold** and _said_, `a*b` at [a link](https://x.y)", "Bold and said, a*b at a link"),
        (r"2 \* 3 &amp; **/*.go in BUILD_ARG_X", "2 * 3 & **/*.go in BUILD_ARG_X"),
        ("![logo](x.png) seen <here>", "seen <here>"),
        ("pass `--cache-to` and --cache-from", "pass --cache-to and --cache-from"),
    ],
)
def test_markup_as_it_reads(text: str, read: str) -> None:
    assert plain(text) == read


def test_code_can_stay_marked() -> None:
    assert plain("see `a b`", tick="`") == "see `a b`"
