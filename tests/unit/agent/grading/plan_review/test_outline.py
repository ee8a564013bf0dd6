"""Each part of a plan knows where it stands, and HTML is the Markdown that says the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.grading.plan_review.markup import footnotes, visible
from agent.grading.plan_review.outline import Form, parts

_TAGS = st.sampled_from(
    ["<h2>", "</h2>", "<li>", "</li>", "<tr>", "</tr>", "<td>", "<s>", "</s>", "<p class='a'>", "</p>", "<blockquote>"]
)


@given(st.lists(st.one_of(_TAGS, st.text(max_size=9)), max_size=30).map("".join))
def test_what_is_visible_is_as_long_as_what_was_written(text: str) -> None:
    assert len(visible(text)) == len(text)


def _forms(text: str) -> list[tuple[str, str]]:
    return [(part.form.value, part.raw.strip()) for part in parts(visible(text))]


def test_headings_are_those_that_people_mean() -> None:
    assert _forms("# One\n\n**Two**\n\ntext\n\nThree\n===\n") == [
        ("heading", "One"),
        ("heading", "**Two**"),
        ("paragraph", "text"),
        ("heading", "Three"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<h2>Ideas</h2><ul><li>one</li><li>two</li></ul>", [("heading", "Ideas"), ("item", "one"), ("item", "two")]),
        ("<table><tr><th>a</th><th>b</th></tr>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr></table>", ["row", "row"]),
        ("<h2 class='x'>Ideas</h2><p class='x'>hidden</p>", [("heading", "Ideas")]),
    ],
)
def test_html_reads_as_markdown(text: str, expected: list[object]) -> None:
    found = _forms(text)
    assert (found if isinstance(expected[0], tuple) else [form for form, _ in found]) == expected


def test_items_know_what_they_hang_below() -> None:
    outer, inner, other = (part for part in parts("- a\n  - b\n- c\n") if part.form is Form.ITEM)
    assert inner.items[: len(outer.items)] == outer.items
    assert other.items[: len(outer.items)] != outer.items


def test_numbers_with_points_are_items() -> None:
    assert _forms("1.1 Build\n1.2 (X) promote\n") == [("item", "1.1 Build"), ("item", "1.2 (X) promote")]


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("- [ ] scan", False),
        ("- [x] scan", True),
        ("☐ scan", False),
        ("✅ scan", True),
        ("- 🚧 scan", False),
        ("- scan", None),
    ],
)
def test_boxes_and_marks(line: str, done: bool | None) -> None:
    (part,) = parts(line)
    assert part.done is done


def test_footnotes() -> None:
    assert footnotes("Scans[^1]\n\n[^1]: Planned,\n    not there.\n") == {"[^1]": "Planned, not there."}
