"""What the tutor says reaches people once, in order and whole, whatever Slack answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from agent.delivery.inbox import Inbox
from agent.domain.reply import Reply, Table
from agent.storage.tables import InboxRow, OutboxRow
from integrations.slack.blocks import messages
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack_emulator.faults import Kind
from tests.acceptance.slack.house import QUESTION, SECONDS, House, Place, open_house

LENGTHS = [3_001, 4_001, 11_801, 12_001, 13_300, 40_001]


@pytest.fixture(scope="module")
def house(folder: Path) -> Iterator[House]:
    with open_house(folder, "agent") as opened:
        yield opened


def _outbox_worker(house: House) -> OutboxWorker:
    return house.tutor.workspaces._open[house.emulator.workspace.id].outbox_worker


def _posts(house: House, key: str, reply: Reply) -> list[str]:
    """A reply of any shape, as a turn would send it; returns what is seen of it."""
    place = house.direct("Learner A")
    root = place.asks("hello")
    _outbox_worker(house).post(
        key, *messages(reply), channel=place.channel, user=place.person.id, thread_ts=root.thread_ts
    )
    _outbox_worker(house).flush()
    house.quiet()
    return [one.text for one in place.seen() if one.user == house.bot and float(one.ts) > float(root.ts)]


def _told(house: House, seconds: float) -> None:
    """Its time has come for everything that waits."""
    with house.tutoring.storage.begin() as session:
        session.execute(update(OutboxRow).values(due_at=datetime.now(UTC) - timedelta(seconds=seconds)))
    _outbox_worker(house).flush()


def test_what_is_said_to_an_agent_is_one_conversation(house: House) -> None:
    """T-TOP: agent profile; each message begins a thread of its own, and the tutor remembers the one before."""
    learner = house.direct("Learner B")
    first = learner.asks(QUESTION)
    second = learner.asks("does EXPOSE publish a port?")
    assert first.thread_ts != second.thread_ts
    assert QUESTION in [line.text for line in house.voice.briefs[-1].history]


@pytest.mark.parametrize("length", LENGTHS, ids=[f"T-LIM-{length}" for length in LENGTHS])
def test_an_answer_of_any_length_arrives_whole(house: House, length: int) -> None:
    """T-LIM: in as many messages as it takes, cut between words, none refused."""
    words = [f"word{number}" for number in range(length // 6)]
    text = " ".join(words)[:length]
    parts = _posts(house, f"long-{length}", Reply(text))
    assert " ".join(" ".join(parts).split()) == text.strip()


def test_a_code_block_that_is_cut_is_a_code_block_in_each_part(house: House) -> None:
    """T-LIM: a fence across the split."""
    code = "\n".join(f"RUN echo {number}" for number in range(900))
    parts = _posts(house, "fence", Reply(f"Look:\n```\n{code}\n```\nThat was it."))
    assert len(parts) > 1
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert [line for part in parts for line in part.splitlines() if line.startswith("RUN")] == code.splitlines()


def test_a_table_of_more_rows_than_slack_takes_goes_on_in_the_next_message(house: House) -> None:
    """T-LIM: 101 rows, with the columns' names above each part."""
    rows = tuple((f"Learner {number}", "D1", "3 days") for number in range(101))
    parts = _posts(house, "table", Reply("Who is stuck?", table=Table(("Who", "Where", "Since"), rows)))
    assert len(parts) == 2
    assert all("Who | Where | Since" in part for part in parts)
    assert sum(part.count("3 days") for part in parts) == 101


def test_fifty_one_blocks_are_two_messages(house: House) -> None:
    """T-LIM: fifty is what one holds."""
    text = "\n\n".join(f"{number} " + "x" * 2_900 for number in range(51))
    shown = messages(Reply(text))
    assert all(len(finding["blocks"]) <= 50 for finding in shown)
    assert sum(len(finding["blocks"]) for finding in shown) >= 51


@pytest.mark.parametrize(
    "text", ["👩🏽‍🚀" * 3_000, "e\u0301" * 4_000, "なぜ" * 4_000], ids=["emoji", "accents", "kana"]
)
def test_no_character_is_cut_in_two(house: House, text: str) -> None:
    """T-LANG: at the boundary between two messages."""
    parts = _posts(house, f"lang-{hash(text)}", Reply(text))
    assert "".join(parts).replace("\n", "") == text
    assert all(text.startswith(part[:8]) for part in parts)


AMBIGUOUS: list[Kind] = ["timeout_after_commit", "reset_after_commit", "server_error_after_commit"]


@pytest.mark.parametrize("kind", [*AMBIGUOUS, "timeout", "reset", "server_error"])
def test_a_post_without_an_answer_is_seen_once(house: House, kind: Kind) -> None:
    """T-AMB: whether Slack had taken it or not."""
    house.emulator.fault("chat.postMessage", kind, seconds=0.1)
    house.direct("Learner A").asks(QUESTION)


def test_blocks_that_slack_refuses_are_sent_as_text(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """T-INV: the person reads the answer, the log has the defect."""
    house.emulator.fault("chat.postMessage", "error", error="invalid_blocks")
    with caplog.at_level(logging.ERROR, "integrations.slack.outbox_worker"):
        answer = house.direct("Learner A").asks(QUESTION)
    assert "venv" in answer.text
    assert not answer.raw.get("blocks")
    assert "invalid_blocks" in caplog.text


def test_a_channel_that_is_limited_keeps_its_order(house: House) -> None:
    """T-429: the second message waits behind the first; nothing is lost or said twice."""
    learner = house.direct("Learner A")
    root = learner.asks("hello")
    house.emulator.fault("chat.postMessage", "rate_limited", retry_after=1)
    first = learner.says(QUESTION, thread=root.thread_ts)
    learner.says("what is an image layer for?", thread=root.thread_ts)
    answers = learner.answers(first)
    assert ["venv" in answer.text for answer in answers] == [True, False]


@pytest.mark.parametrize("seconds", [30, 300], ids=["T-429-30", "T-429-300"])
def test_a_long_wait_is_kept_and_other_channels_go_on(house: House, seconds: int) -> None:
    """T-429: no attempt before its time, and none of another channel held back."""
    learner, other = house.direct("Learner A"), house.direct("Learner B")
    house.emulator.fault("chat.postMessage", "rate_limited", retry_after=seconds, channel=learner.channel)
    said = learner.says(QUESTION)
    house.emulator.wait_for(lambda: _waits(house) > seconds - 5, SECONDS)
    begun = other.says(QUESTION)
    house.emulator.wait_for(lambda: other.answers_now(begun), SECONDS)
    assert not learner.answers_now(said)
    _told(house, 1)
    learner.answer(said)


def _waits(house: House) -> float:
    """Seconds until the next message is tried again."""
    with house.tutoring.storage.begin() as session:
        due = session.scalars(select(OutboxRow.due_at).where(OutboxRow.state == "due", OutboxRow.tries > 0)).first()
    return (due - datetime.now(UTC)).total_seconds() if due else 0.0


@pytest.mark.parametrize("method", ["agents.sessions.setStatus", "views.publish"])
def test_what_is_limited_beside_the_answer_does_not_hold_it_back(house: House, method: str) -> None:
    """T-429: a status and a Home page may be late."""
    house.emulator.fault(method, "rate_limited", retry_after=60, times=2)
    learner = house.direct("Learner C")
    said = learner.says(QUESTION)
    house.emulator.wait_for(lambda: learner.answers_now(said), SECONDS)
    house.emulator.world.faults.clear()


def _elsewhere(house: House, code: str) -> tuple[str, str]:
    house.emulator.fault("chat.postMessage", "error", error=code, channel=house.channel("Learner A").channel)
    said = house.channel("Learner A").mentions(QUESTION)
    house.quiet()
    here = house.channel("Learner A").answers_now(said)
    there = house.direct("Learner A").answers_now(said)
    return "".join(one.text for one in here), "".join(one.text for one in there)


PLACES = ["not_in_channel", "channel_not_found", "is_archived", "restricted_action_read_only_channel"]


@pytest.mark.parametrize("code", PLACES, ids=[f"T-EPH-{code}" for code in PLACES])
def test_who_asked_in_a_place_that_takes_nothing_is_answered_in_private(house: House, code: str) -> None:
    """T-EPH."""
    here, there = _elsewhere(house, code)
    assert not here
    assert "venv" in there


def _status(house: House, place: Place, ts: str) -> str:
    return str(house.emulator.status(place.channel, ts).get("status"))


@pytest.mark.parametrize("breaks", [False, True], ids=["T-ST-answered", "T-ST-error"])
def test_the_status_is_taken_back(house: House, monkeypatch: pytest.MonkeyPatch, *, breaks: bool) -> None:
    """T-ST: after an answer, and after an error, which is told without its text."""
    learner = house.direct("Learner B")

    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("a secret of ours")

    with monkeypatch.context() as patched, house.voice.held(QUESTION):
        said = learner.says(QUESTION)
        assert house.voice.begun.wait(SECONDS)
        house.emulator.wait_for(lambda: _status(house, learner, said.ts) == "processing", SECONDS)
        if breaks:
            patched.setattr("agent.delivery.outbox.Outbox.begin", broken)
            patched.setattr("agent.conversation.tutor.Tutor._result", broken)
        house.voice.go.set()
        answer = learner.answer(said)
    house.emulator.wait_for(lambda: _status(house, learner, said.ts) == "active", SECONDS)
    assert ("Something went wrong on my side" in answer.text) is breaks
    assert "secret" not in answer.text


def _feedback(house: House) -> list[dict[str, object]]:
    with house.tutoring.storage.begin() as session:
        rows = session.scalars(select(InboxRow).where(InboxRow.key.contains(":feedback:")))
        return [dict(row.payload) for row in rows]


def test_an_opinion_is_kept_once_with_its_reason(house: House) -> None:
    """T-MODAL: clicked twice, the last counts; a reason is asked for; another person's is another one."""
    learner = house.channel("Learner A")
    answer = learner.answer(learner.mentions(QUESTION))
    learner.person.clicks(answer, "feedback", value="helped")
    learner.person.clicks(answer, "feedback", value="did-not-help")
    house.emulator.wait_for(lambda: house.emulator.modal("Learner A"), SECONDS)
    assert learner.person.submits({"text": "too short for me"}) == {}
    house.channel("Learner B").person.clicks(answer, "feedback", value="helped")
    house.emulator.wait_for(lambda: len(_feedback(house)) == 2, SECONDS)
    assert {one.get("reason") for one in _feedback(house)} == {"too short for me", None}
    assert sorted(bool(one["helped"]) for one in _feedback(house)) == [False, True]


def test_a_button_that_nobody_knows_any_more_is_acknowledged_with_a_word(house: House) -> None:
    """T-UNH: of an older version; only who pressed it reads that."""
    learner = house.direct("Learner A")
    button = {"type": "button", "action_id": "ancient.0", "text": {"type": "plain_text", "text": "Old"}, "value": "x"}
    client = house.tutor.workspaces._open[house.emulator.workspace.id].turn_runner._client
    client.chat_postMessage(channel=learner.channel, text="old", blocks=[{"type": "actions", "elements": [button]}])
    message = learner.seen()[-1]
    delivery = learner.person.clicks(message, "ancient.0")
    house.emulator.wait_for(lambda: learner.seen()[-1].ts != message.ts, SECONDS)
    house.emulator.wait_for(lambda: delivery.state == "acknowledged", SECONDS)
    notice = learner.seen()[-1]
    assert "older version" in notice.text
    assert notice.only_for == learner.person.id


def test_a_database_that_is_away_is_no_acknowledgement(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-INBOX: by Socket Mode; the retry after its recovery is processed once."""
    from agent.errors import StorageUnavailable  # noqa: PLC0415 - beside its only use

    learner = house.direct("Learner A")

    def away(*_: object, **__: object) -> bool:
        raise StorageUnavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(Inbox, "accept", away)
        said = learner.says(QUESTION)
        delivery = house.deliveries("message")[-1]
        house.emulator.wait_for(lambda: len(delivery.attempts) == 2 and delivery.attempts[1].outcome, SECONDS)
    house.emulator.clock.advance(61)
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["timeout", "timeout", "acknowledged"]
