from __future__ import annotations

import pytest

from agent.domain.people import Person
from agent.domain.reply import Action
from agent.domain.turn import Turn
from agent.understanding.intents import Intent, IntentReader
from knowledge.retrieval.embedding import Embedding

READER = IntentReader.load(Embedding())
LEARNER = Person("T:U", "Learner A")


def _turn(text: str, action: Action | None = None) -> Turn:
    return Turn("k", "c", LEARNER, text, action=action)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hi", Intent.SOCIAL),
        ("thanks a lot!", Intent.SOCIAL),
        ("why not just use a venv?", Intent.QUESTION),
        ("wat is a digest", Intent.QUESTION),
        ("does EXPOSE publish ports", Intent.QUESTION),
        ("im stuck", Intent.STUCK),
        ("just tell me what to write", Intent.STUCK),
        ("can u give me a hint", Intent.STUCK),
        ("fix my Dockerfile for me", Intent.STUCK),
        ("I want to submit for the gate", Intent.SUBMIT),
        ("here is my hardening plan", Intent.SUBMIT),
        ("where am I?", Intent.STATUS),
        ("did I pass", Intent.STATUS),
        ("who is stuck on the runtime gate?", Intent.STAFF),
        ("show me the progress of all learners", Intent.STAFF),
        ("what is the best lasagne recipe?", Intent.OUT_OF_SCOPE),
    ],
)
def test_what_a_message_wants(text: str, intent: Intent) -> None:
    assert READER.read(_turn(text), pending=False).intent is intent


def test_a_statement_answers_a_question_that_waits() -> None:
    assert READER.read(_turn("because the layers are cached"), pending=True).intent is Intent.ANSWER
    assert READER.read(_turn("what is a layer?"), pending=True).intent is Intent.QUESTION


def test_a_button_means_what_we_named_it() -> None:
    assert READER.read(_turn("", Action("build", "Build it")), pending=False).intent is Intent.SUBMIT
    assert READER.read(_turn("", Action("unheard-of", "x")), pending=False).intent is Intent.SOCIAL
