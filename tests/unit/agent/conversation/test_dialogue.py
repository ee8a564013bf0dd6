"""What a conversation is about survives a checkpoint, and what an older version kept is still read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.conversation.dialogue import Dialogue, Listed, from_state, to_state

DIALOGUES = st.builds(
    Dialogue,
    card=st.text(max_size=20),
    criterion=st.sampled_from(["", "D1", "P7"]),
    finding=st.text(max_size=40),
    listed=st.none() | st.builds(Listed, st.just("findings"), st.lists(st.text(max_size=9)).map(tuple), st.integers(0)),
    choices=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    query=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
)


@given(DIALOGUES)
def test_it_comes_back_as_it_was_kept(dialogue: Dialogue) -> None:
    assert from_state(json.loads(json.dumps(to_state(dialogue)))) == dialogue


@pytest.mark.parametrize("state", [None, {}])
def test_a_conversation_that_begins_is_about_nothing(state: dict[str, str] | None) -> None:
    assert from_state(state) == Dialogue()


def test_what_an_older_version_did_not_know_is_as_at_the_beginning() -> None:
    assert from_state({"card": "layers"}) == Dialogue(card="layers")


def test_what_is_no_dialogue_is_refused() -> None:
    with pytest.raises(ValidationError):
        from_state({"listed": {"kind": "findings"}})


def test_a_change_leaves_the_rest() -> None:
    before = Dialogue(card="layers", criterion="D1")
    assert before.with_changes(card="") == Dialogue(criterion="D1")
    assert before.card == "layers"
