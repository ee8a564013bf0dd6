"""What a person is told of their data, that a button deletes it, and that age does too."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.domain.people import Person, Role
from agent.domain.reply import Action
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile

LEARNER = Person("T1:U1", "Unmistakable Name")
STAFF = Person("T1:U9", "Instructor", Role.INSTRUCTOR)
DOCKERFILE = SourceFile("Dockerfile", b"FROM python\nLABEL of=unmistakable-file\nCMD python app.py\n")
_keys = itertools.count()


@pytest.fixture
def clock() -> list[datetime]:
    return [datetime.now(UTC)]


@pytest.fixture
def tutoring(tmp_path: Path, clock: list[datetime], knowledge: Knowledge) -> Iterator[Tutoring]:
    settings = Settings.read(data=tmp_path, retention_days=30)
    with open_tutoring(settings, builder=NoBuilder("None."), knowledge=knowledge, now=lambda: clock[0]) as opened:
        yield opened


def _say(
    tutoring: Tutoring, said: str, *files: SourceFile, by: Person = LEARNER, action: Action | None = None
) -> TurnResult:
    key = f"k{next(_keys)}"
    tutoring.inbox.accept(key, f"c:{by.id}", {"text": said}, person_id=by.id)
    return tutoring.take(Turn(key, f"c:{by.id}", by, said, files=files, action=action))


def _reply(result: TurnResult) -> str:
    assert result.reply is not None
    return result.reply.text


def _everything(tutoring: Tutoring) -> str:
    engine = tutoring.storage.engine
    with engine.connect() as connection:
        return "".join(
            str(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in inspect(engine).get_table_names()
        )


def test_a_learner_is_told_what_is_stored_and_offered_to_delete_it(tutoring: Tutoring) -> None:
    _say(tutoring, "", DOCKERFILE)
    answer = _say(tutoring, "what do you know about me?")
    assert "files that you have sent: 1" in _reply(answer)
    assert answer.reply is not None
    assert [action.id for action in answer.reply.actions] == ["forget"]


def test_the_message_alone_deletes_nothing_and_the_button_everything(tutoring: Tutoring) -> None:
    _say(tutoring, "an unmistakable remark", DOCKERFILE)
    _say(tutoring, "please delete my data")
    assert "unmistakable-file" in _everything(tutoring)
    pressed = _say(tutoring, "", action=Action("forget", "Delete my data"))
    assert "are deleted" in _reply(pressed)
    left = _everything(tutoring)
    assert not [trace for trace in ("unmistakable-file", "unmistakable remark", LEARNER.name) if trace in left]


def test_in_a_channel_nothing_is_told(tutoring: Tutoring) -> None:
    answer = tutoring.take(Turn("ch", "ch", LEARNER, "what do you know about me?", channel="cohort-7"))
    assert "direct message" in _reply(answer)


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(tutoring: Tutoring, clock: list[datetime]) -> None:
    _say(tutoring, "my unmistakable remark")
    _say(tutoring, "another person's remark", by=STAFF)
    swept: list[str] = []
    assert tutoring.retention.sweep(swept.append) == 0
    assert swept == []
    clock[0] += timedelta(days=31)
    _say(tutoring, "a fresh remark", by=STAFF)
    tutoring.retention.sweep(tutoring.retention.tidy)
    left = _everything(tutoring)
    assert "unmistakable remark" not in left
    assert "another person's remark" not in left


def test_a_belief_is_told_with_its_evidence_and_can_be_contested(tutoring: Tutoring) -> None:
    assert "no opinion" in _reply(_say(tutoring, "why do you think I don't know what a tag is?"))
    _say(tutoring, "hello", by=STAFF)
    question = _ask_until_pending(tutoring)
    _say(tutoring, f"I suppose that {question.rstrip('?').lower()} has to do with colours and the weather")
    told = _say(tutoring, f"why do you think I don't know this: {question}")
    assert told.reply is not None
    assert "colours and the weather" in told.reply.text
    assert [action.id for action in told.reply.actions] == ["contest"]
    contested = _say(tutoring, "", action=told.reply.actions[0])
    assert [notice.person_id for notice in contested.notices] == [STAFF.id]
    uphold = contested.notices[0].reply.actions[0]
    settled = _say(tutoring, "", by=STAFF, action=uphold)
    assert [notice.person_id for notice in settled.notices] == [LEARNER.id]
    known = _reply(_say(tutoring, f"what do you think I know? {question}"))
    assert "decided for you" in known


def _ask_until_pending(tutoring: Tutoring) -> str:
    """A question of ours, put because the learner wants one."""
    answer = _say(tutoring, "quiz me about the latest tag")
    services = tutoring.tutor.services
    pending = services.questions_asked.pending(LEARNER.id, f"c:{LEARNER.id}")
    lesson = services.course.lessons[0]
    assert answer.reply is not None
    return next(question.text for question in lesson.questions if question.id == pending)
