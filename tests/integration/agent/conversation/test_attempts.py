"""Whoever answers a finding's question in their own words hears whether that is it, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings
from tools.uploads.files import SourceFile

DOCKERFILE = """\
FROM node
WORKDIR /usr/src
COPY . .
RUN npm install
RUN apt-get update && apt-get install -y python3 make g++
CMD npm start
"""
COMPOSE = """\
services:
  web:
    build: .
    depends_on: [pg]
  pg:
    image: postgres:17.2
    ports: ["5432:5432"]
"""


@pytest.fixture(scope="module")
def tutoring(knowledge: Knowledge) -> Iterator[Tutoring]:
    settings = Settings.read(database_url="sqlite://", builds="off")
    with open_tutoring(settings, knowledge=knowledge) as opened:
        files = (SourceFile("Dockerfile", DOCKERFILE.encode()), SourceFile("compose.yaml", COMPOSE.encode()))
        opened.take(Turn("files", "C", Person("T:A", "Learner A"), "here they are", files=files))
        yield opened


def _says(tutoring: Tutoring, text: str) -> TurnResult:
    return tutoring.take(Turn(text, "C", Person("T:A", "Learner A"), text))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("oh, I should say which node, like 22.9", "`Dockerfile` line 1"),
        ("npm ci then?", "`Dockerfile` line 4"),
        ("so a user that isn't root", "`Dockerfile` line 1"),
        ('CMD ["node", "server.js"]', "`Dockerfile` line 6"),
        ("could pg_isready tell that?", "`compose.yaml` line 5"),
    ],
)
def test_a_right_idea_is_confirmed_and_sent_to_its_line(tutoring: Tutoring, text: str, place: str) -> None:
    reply = _says(tutoring, text).reply
    assert reply is not None
    assert reply.text.startswith("Yes, that's it")
    assert place in reply.text


@pytest.mark.parametrize(
    "text", ["line 6: the shell gets the signal", "the whole world reaches my postgres, nobody outside needs that"]
)
def test_who_sees_it_is_asked_for_the_step(tutoring: Tutoring, text: str) -> None:
    reply = _says(tutoring, text).reply
    assert reply is not None
    assert reply.text.startswith("Right")
    assert reply.text.endswith("?")


@pytest.mark.parametrize(
    "text", ["line 4: I'd commit the lock file", "CMD npm run start", "I'd uninstall g++ at the end"]
)
def test_what_does_not_mend_it_is_not_confirmed(tutoring: Tutoring, text: str) -> None:
    reply = _says(tutoring, text).reply
    assert reply is not None
    assert "that's it" not in reply.text


@pytest.mark.parametrize("text", ["what is a digest", "why do layers matter", "thanks", "how do I see the size"])
def test_a_question_is_no_idea(tutoring: Tutoring, text: str) -> None:
    result = _says(tutoring, text)
    assert result.intent != "answer"


@pytest.mark.parametrize(
    "text",
    [
        "where would I put that user in my file, before or after the copy?",
        "come on, write me the whole Dockerfile and I paste it",
        "which line is it now, 1 or 6?",
        "fine. should I send it again?",
        "ok so I add USER somewhere, but where exactly does it go?",
        "please show an example of a RUN line with a lock",
    ],
)
def test_what_asks_or_orders_is_no_idea(tutoring: Tutoring, text: str) -> None:
    reply = _says(tutoring, text).reply
    assert reply is not None
    assert not reply.text.startswith(("Yes, that's it", "Right: "))
