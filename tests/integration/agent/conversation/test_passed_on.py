"""What nobody here can answer goes to the instructors in the learner's words, once they press the button."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.domain.people import Person, Role
from agent.domain.reply import Action
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings
from tools.sandbox.builder import NoBuilder

LEARNER = Person("T:learner", "Ada")
INSTRUCTOR = Person("T:instructor", "Ines", Role.INSTRUCTOR)
ASKED = "does the zeppelin quota of our university hurt my tachyon budget?"


@pytest.fixture
def tutoring(knowledge: Knowledge, tmp_path: Path) -> Iterator[Tutoring]:
    settings = Settings.read(data=tmp_path, database_url="sqlite://")
    with open_tutoring(settings, knowledge=knowledge, builder=NoBuilder("No engine.")) as opened:
        opened.tutor.take(Turn("hello", "c:instructor", INSTRUCTOR, "hello"))
        opened.tutor.take(Turn("first", "c:learner", LEARNER, "hi"))
        yield opened


def _take(tutoring: Tutoring, key: str, text: str, action: Action | None = None) -> TurnResult:
    return tutoring.tutor.take(Turn(key, "c:learner", LEARNER, text, action=action))


def _button(result: TurnResult) -> Action:
    assert result.reply is not None
    return next(action for action in result.reply.actions if action.id == "pass_on")


def test_the_words_go_to_the_instructors_and_stand_in_no_button(tutoring: Tutoring) -> None:
    button = _button(_take(tutoring, "asked", ASKED))
    assert "zeppelin" not in button.value
    pressed = _take(tutoring, "pressed", "", button)
    assert [notice.person_id for notice in pressed.notices] == [INSTRUCTOR.id]
    assert ASKED in pressed.notices[0].reply.text


def test_what_is_no_longer_known_is_asked_for_again(tutoring: Tutoring) -> None:
    pressed = _take(tutoring, "pressed", "", Action("pass_on", "Ask an instructor", "another turn"))
    assert pressed.reply is not None
    assert not pressed.notices
    assert "once more" in pressed.reply.text


def test_what_was_just_said_is_not_said_again(tutoring: Tutoring) -> None:
    first = _take(tutoring, "one", "what is a layer?")
    again = _take(tutoring, "two", "no, what exactly is a layer of an image?")
    assert first.reply is not None
    assert again.reply is not None
    assert first.reply.text.splitlines()[0] not in again.reply.text
