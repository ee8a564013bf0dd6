from __future__ import annotations

from typing import cast

import pytest

from agent.conversation.audience import Audience
from agent.conversation.context import Services, TurnContext
from agent.conversation.dialogue import Dialogue
from agent.conversation.view import View
from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.understanding.acts import About, Act, Reading
from agent.understanding.references import References
from tests.samples import INSTRUCTOR, LEARNER, lesson


def _view_of(person: Person) -> View:
    """What a mind sees of a message that says nothing yet; there are no services behind it."""
    heard: list[str] = []
    turn = Turn("k", "c", person, "hello")
    context = TurnContext(cast(Services, None), turn, lesson("one", 1), Audience(heard.append))
    reading = Reading(Act.CHAT, About.NONE, {Act.CHAT: 1.0}, {About.NONE: 1.0})
    return View(context, reading, References(), Dialogue(), ())


@pytest.fixture
def view() -> View:
    return _view_of(LEARNER)


@pytest.fixture
def instructor_view() -> View:
    return _view_of(INSTRUCTOR)
