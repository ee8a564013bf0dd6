"""Processes that are killed, and two at once: every accepted message has exactly one visible answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from agent.storage.database import Storage
from evals.benchmarks.app_process import AppProcess
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace
from tests.acceptance.slack.harness import QUESTION, SECONDS, weak
from tests.databases import created


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Workspace.demo("agent"), strict=True) as opened:
        yield opened


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'tutor.db'}"
    return created(request.getfixturevalue("postgres"))


@pytest.fixture(scope="module")
def child(emulator: Emulator, folder: Path, database_url: str) -> Iterator[AppProcess]:
    with AppProcess(emulator, folder, TUTOR_DATABASE_URL=database_url) as started:
        yield started


def _answers(emulator: Emulator, said: Seen) -> list[Seen]:
    bot = emulator.installation().user_id
    thread = emulator.transcript(said.channel)
    return [message for message in thread if message.user == bot and message.thread_ts == said.ts]


def _asks(emulator: Emulator, person: str, words: str = QUESTION, **more: object) -> Seen:
    said: Seen = emulator.person(person).says(emulator.direct(person), words, **more)  # type: ignore[arg-type]
    return said


def _idle(emulator: Emulator, said: Seen) -> None:
    """The turn's status is back, which is the last thing that a turn does."""
    emulator.wait_for(lambda: _answers(emulator, said), SECONDS)
    emulator.wait_for(lambda: emulator.status(said.channel, said.ts).get("status") == "active", SECONDS)


def test_killed_after_the_acknowledgement(emulator: Emulator, child: AppProcess, folder: Path) -> None:
    """T-CRASH a: what was acknowledged is answered after the restart; Slack sends it no second time."""
    said = _asks(emulator, "Learner A")
    delivery = emulator.deliveries.log[-1]
    emulator.wait_for(lambda: delivery.state == "acknowledged", SECONDS)
    child.kill()
    child.start()
    _idle(emulator, said)
    assert len(_answers(emulator, said)) == 1
    assert len(delivery.attempts) == 1


def test_killed_in_the_middle_of_a_turn(emulator: Emulator, child: AppProcess, folder: Path) -> None:
    """T-CRASH b, T-ST: the file's download is under way; later the status is not left at "processing"."""
    fault = emulator.fault("download", "slow", seconds=600)
    said = _asks(emulator, "Learner B", "", files=[weak("Dockerfile")])
    emulator.wait_for(lambda: emulator.status(said.channel, said.ts).get("status") == "processing", SECONDS)
    emulator.wait_for(lambda: not fault.times, SECONDS)
    child.kill()
    assert not _answers(emulator, said)
    child.start()
    _idle(emulator, said)
    assert ["I have read `Dockerfile`" in answer.text for answer in _answers(emulator, said)] == [True]


def test_killed_between_posting_and_keeping_that_it_was_posted(
    emulator: Emulator, child: AppProcess, folder: Path
) -> None:
    """T-CRASH c: Slack has the message; the app never heard so, and finds it by its metadata."""
    emulator.fault("chat.postMessage", "timeout_after_commit", seconds=600)
    said = _asks(emulator, "Instructor")
    emulator.wait_for(lambda: _answers(emulator, said), SECONDS)
    child.kill()
    looked = len(emulator.calls("conversations.replies"))
    child.start()
    emulator.wait_for(lambda: len(emulator.calls("conversations.replies")) > looked, SECONDS)
    _idle(emulator, said)
    later = _asks(emulator, "Instructor")  # the channel goes on
    _idle(emulator, later)
    assert len(_answers(emulator, said)) == 1


def test_a_conversation_goes_on_after_a_restart(emulator: Emulator, child: AppProcess) -> None:
    """T-REST: the question that the tutor asked is pending; the next message is taken as the answer to it."""
    said = _asks(emulator, "Learner A", "quiz me about the latest tag")
    _idle(emulator, said)
    assert "?" in _answers(emulator, said)[0].text
    child.kill()
    child.start()
    learner = emulator.person("Learner A")
    learner.says(said.channel, "nothing, it is only the default tag", thread_ts=said.ts)
    emulator.wait_for(lambda: len(_answers(emulator, said)) > 1, SECONDS)
    assert _answers(emulator, said)[1].text.startswith("Right")


def test_two_processes_get_the_same_event_at_once(
    emulator: Emulator, child: AppProcess, folder: Path, database_url: str
) -> None:
    """T-DUP3: the original and the retry, each to any of the two; the database's key wins."""
    with AppProcess(emulator, folder, name="second", TUTOR_DATABASE_URL=database_url):
        said = [_asks(emulator, "Learner A", f"{QUESTION} {number}") for number in range(4)]
        for delivery in list(emulator.deliveries.log)[-4:]:
            for number in range(3):
                emulator.deliveries.repeat(delivery, number=number)
        for sentence in said:
            _idle(emulator, sentence)
    assert [len(_answers(emulator, sentence)) for sentence in said] == [1] * 4


def _only(storage: Storage, table: str, state: str) -> bool:
    with storage.engine.connect() as connection:
        return set(connection.execute(text(f"SELECT state FROM {table}")).scalars()) == {state}


def test_nothing_is_left_over(emulator: Emulator, child: AppProcess, database_url: str) -> None:
    """T-CRASH: no message that waits, and none that was given up."""
    with Storage.open(database_url) as storage:
        for table, done in (("inbox", "done"), ("outbox", "sent")):  # an answer is seen before its turn is put away
            emulator.wait_for(partial(_only, storage, table, done), SECONDS)
