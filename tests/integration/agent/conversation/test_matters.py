"""Who tells what went wrong is answered on the matter, not by a hint on whatever is open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings


@pytest.fixture(scope="module")
def tutoring(knowledge: Knowledge) -> Iterator[Tutoring]:
    settings = Settings.read(database_url="sqlite://", builds="off")
    with open_tutoring(settings, knowledge=knowledge) as opened:
        yield opened


def _says(tutoring: Tutoring, text: str) -> TurnResult:
    return tutoring.take(Turn(text, text, Person(f"T:{text}", "Learner A"), text))


@pytest.mark.parametrize(
    "text",
    [
        "first start the api crashes with connection refused, on the second one it works",
        "why does the order of lines in a dockerfile matter so much",
        "how do i see which step makes my image so fat",
    ],
)
def test_a_symptom_is_answered_with_a_source(tutoring: Tutoring, text: str) -> None:
    result = _says(tutoring, text)
    assert result.hint_level == 0
    assert result.reply is not None
    assert result.reply.citations


def test_a_matter_that_is_not_ours_earns_no_hint(tutoring: Tutoring) -> None:
    result = _says(tutoring, "my sourdough doesnt rise, what am i doing wrong")
    assert result.hint_level == 0
    assert result.reply is not None
    assert result.reply.declined


def test_who_is_stuck_gets_the_hint_that_is_free(tutoring: Tutoring) -> None:
    assert _says(tutoring, "im stuck").hint_level == 1


@pytest.mark.parametrize(
    "text", ["i don't know what to do", "please please give me the fix, the deadline is in 10 minutes"]
)
def test_who_is_lost_is_told_how_to_go_on_and_no_hint_is_spent(tutoring: Tutoring, text: str) -> None:
    result = _says(tutoring, text)
    assert result.hint_level == 0
    assert result.reply is not None
    assert re.search(r"send me|show me", result.reply.text, re.IGNORECASE)


def test_a_long_message_is_not_taken_for_a_short_follow_up(tutoring: Tutoring) -> None:
    person = Person("T:order", "Learner A")
    said = ["what are logs, metrics and traces?", "i don't get why the order of lines matters so much"]
    answers = [tutoring.take(Turn(text, "order", person, text)) for text in said]
    assert answers[0].trace.topic
    assert answers[1].trace.topic != answers[0].trace.topic


@pytest.mark.parametrize("text", ["my sourdough doesnt rise, what am i doing wrong", "what's the best lasagne?"])
def test_what_was_spoken_of_last_is_no_answer_to_what_has_nothing_to_do_with_it(tutoring: Tutoring, text: str) -> None:
    person = Person(f"T:after:{text}", "Learner A")
    said = ["what are logs, metrics and traces?", text]
    _, after = [tutoring.take(Turn(f"after:{one}:{text}", f"after:{text}", person, one)) for one in said]
    assert after.reply is not None
    assert after.reply.declined


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what does SIGTERM do. also can i make the 10 seconds longer?", ("polite", "stop_grace_period")),
        ("what is a digest, and how do i see the size of my image?", ("fingerprint", "image history")),
        ("does EXPOSE open the port, and do i need a memory limit?", ("No.", "Yes.")),
    ],
)
def test_each_of_several_questions_gets_its_answer(tutoring: Tutoring, text: str, said: tuple[str, ...]) -> None:
    reply = _says(tutoring, text).reply
    assert reply is not None
    assert all(part in reply.text for part in said)


def test_a_question_that_is_not_understood_is_not_dropped(tutoring: Tutoring) -> None:
    reply = _says(tutoring, "what is a digest? and does the zorblax frobnicate the quux?").reply
    assert reply is not None
    assert "fingerprint" in reply.text
    assert "zorblax" in reply.text
