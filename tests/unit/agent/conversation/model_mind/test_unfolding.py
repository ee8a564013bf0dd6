"""A reply while it is being written: what is let out early, what waits, and that nothing said is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from agent.conversation.audience import Audience
from agent.conversation.facts import Fact, FactBook
from agent.conversation.mind import Trail
from agent.conversation.model_mind.inspecting import Inspected, Refusal, ReplyInspection
from agent.conversation.model_mind.unfolding import Unfolding
from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.form import Form
from agent.conversation.reply_checks.grounding import Grounding
from agent.conversation.reply_checks.segment import Draft, ReplyArguments, drafts_of
from agent.conversation.view import View
from agent.errors import TurnStopped

BOOK = FactBook([Fact("card:digest", "A digest is a hash.")])
SEGMENTS = [
    {"kind": "ack", "text": "You ask the right thing.", "sources": []},
    {"kind": "answer", "text": "{card:digest}", "sources": []},
    {"kind": "answer", "text": "It never moves.", "sources": ["card:digest"]},
    {"kind": "question", "text": "Which one is yours?", "sources": []},
]


class _Plain:
    """Takes everything as plain but what it is to look at twice."""

    name = "grounding"

    def __init__(self, second_look: str) -> None:
        self._second_look = second_look

    def is_plain(self, draft: Draft, matter: Matter) -> bool:
        return draft.own != self._second_look

    def reasons(self, drafts: Sequence[Draft], matter: Matter) -> dict[int, str]:
        return {}


def _inspection(second_look: str = "") -> ReplyInspection:
    return ReplyInspection((Form(),), cast(Grounding, _Plain(second_look)), ())


def _matter(view: View, hear: Callable[[str], None], stay: Callable[[], None] = lambda: None) -> Matter:
    context = replace(view.context, audience=Audience(hear, stay=stay))
    return Matter(replace(view, context=context), BOOK, Trail())


def _write(unfolding: Unfolding, segments: object = SEGMENTS) -> None:
    written = json.dumps({"segments": segments})
    for end in range(0, len(written), 7):
        unfolding.watch("reply", written[:end])


def test_segments_are_heard_in_order_as_they_are_whole(view: View) -> None:
    heard: list[str] = []
    _write(Unfolding(_inspection(), _matter(view, heard.append)))
    assert heard == ["You ask the right thing. A digest is a hash.", " It never moves."]


def test_a_nod_is_heard_with_what_it_belongs_to(view: View) -> None:
    heard: list[str] = []
    _write(Unfolding(_inspection("…"), _matter(view, heard.append)))
    assert heard == []


@pytest.mark.parametrize("segments", [SEGMENTS[:1], [], "no list", [{"kind": "song"}], None])
def test_what_is_not_whole_or_no_reply_is_not_heard(view: View, segments: object) -> None:
    heard: list[str] = []
    _write(Unfolding(_inspection(), _matter(view, heard.append)), segments)
    assert heard == []


def test_after_what_needs_a_second_look_everything_waits(view: View) -> None:
    heard: list[str] = []
    unfolding = Unfolding(_inspection("It never moves."), _matter(view, heard.append))
    _write(unfolding)
    assert heard == ["You ask the right thing. A digest is a hash."]


def test_when_all_is_judged_what_stands_before_the_first_refusal_goes_out(view: View) -> None:
    heard: list[str] = []
    unfolding = Unfolding(_inspection("It never moves."), _matter(view, heard.append))
    _write(unfolding)
    drafts = drafts_of(ReplyArguments.model_validate({"segments": SEGMENTS}), BOOK)
    unfolding.settle(Inspected(tuple(drafts[:3]), (Refusal(drafts[3], "one question", "again"),)))
    assert heard[-1] == " It never moves."
    assert [draft.number for draft in unfolding.said] == [1, 2, 3]


def test_what_was_said_stays_and_is_not_said_twice(view: View) -> None:
    inspection, matter = _inspection(), _matter(view, lambda _: None)
    drafts = drafts_of(ReplyArguments.model_validate({"segments": SEGMENTS}), BOOK)
    again = inspection.of(drafts, matter, drafts[:2])
    assert [draft.text for draft in again.kept] == [draft.text for draft in drafts]


def test_whoever_said_stop_ends_the_writing(view: View) -> None:
    def stop() -> None:
        raise TurnStopped

    with pytest.raises(TurnStopped):
        _write(Unfolding(_inspection(), _matter(view, lambda _: None, stop)))
