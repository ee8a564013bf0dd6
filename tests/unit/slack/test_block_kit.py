"""Whatever is written into pages and forms, Slack takes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integrations.slack import block_kit
from integrations.slack.views.cohort_home import FILTERS, Shown
from integrations.slack_emulator.blockkit import problems
from integrations.slack_emulator.views import check_view

words = st.text(min_size=1, max_size=4_000).filter(str.strip)


@given(words)
def test_blocks_of_any_text_are_valid(text: str) -> None:
    row = block_kit.actions(block_kit.button("one", text, text), block_kit.button("two", text, style="primary"))
    blocks = [
        block_kit.header(text),
        block_kit.section(text, block_kit.button("b", text)),
        block_kit.context(text),
        block_kit.fields(text, text),
        row,
    ]
    assert list(problems(blocks, "home")) == []


@given(words)
def test_a_form_of_any_text_is_valid(text: str) -> None:
    entry = {"type": "plain_text_input", "action_id": "text"}
    asked = {"type": "input", "block_id": "one", "label": block_kit.plain(text), "element": entry}
    check_view(block_kit.modal(text, [block_kit.section(text), asked], submit=text, callback_id="form"), "modal")
    check_view(block_kit.modal(text, [block_kit.section(text)]), "modal")


@given(st.text(max_size=50))
def test_a_forged_place_on_the_cohorts_page_is_some_place(value: str) -> None:
    shown = Shown.read(value)
    assert shown.which in ("", *FILTERS)
    assert shown.page >= 0


@given(st.sampled_from(["", *FILTERS]), st.integers(0, 99), st.text("abc-", max_size=9))
def test_a_place_is_read_as_it_was_written(which: str, page: int, lesson: str) -> None:
    assert Shown.read(str(Shown(which, page, lesson))) == Shown(which, page, lesson)
