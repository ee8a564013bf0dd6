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
from tests.acceptance.slack.harness import QUESTION, SECONDS, Harness, Place, open_harness

LENGTHS = [3_001, 4_001, 11_801, 12_001, 13_300, 40_001]


@pytest.fixture(scope="module")
def harness(folder: Path) -> Iterator[Harness]:
    with open_harness(folder, "agent") as opened:
        yield opened


def _outbox_worker(harness: Harness) -> OutboxWorker:
    return harness.tutor.workspaces._open[harness.emulator.workspace.id].outbox_worker


def _posts(harness: Harness, key: str, reply: Reply) -> list[str]:
    """A reply of any shape, as a turn would send it; returns what is seen of it."""
    place = harness.direct("Learner A")
    root = place.asks("hello")
    _outbox_worker(harness).post(
        key, *messages(reply), channel=place.channel, user=place.person.id, thread_ts=root.thread_ts
    )
    _outbox_worker(harness).flush()
    harness.quiet()
    return [one.text for one in place.seen() if one.user == harness.bot and float(one.ts) > float(root.ts)]


def _told(harness: Harness, seconds: float) -> None:
    """Its time has come for everything that waits."""
    with harness.tutoring.storage.begin() as session:
        session.execute(update(OutboxRow).values(due_at=datetime.now(UTC) - timedelta(seconds=seconds)))
    _outbox_worker(harness).flush()


def test_what_is_said_to_an_agent_is_one_conversation(harness: Harness) -> None:
    """T-TOP: agent profile; each message begins a thread of its own, and the tutor remembers the one before."""
    learner = harness.direct("Learner B")
    first = learner.asks(QUESTION)
    second = learner.asks("does EXPOSE publish a port?")
    assert first.thread_ts != second.thread_ts
    assert QUESTION in [line.text for line in harness.mind.views[-1].history]


@pytest.mark.parametrize("length", LENGTHS, ids=[f"T-LIM-{length}" for length in LENGTHS])
def test_an_answer_of_any_length_arrives_whole(harness: Harness, length: int) -> None:
    """T-LIM: in as many messages as it takes, cut between words, none refused."""
    words = [f"word{number}" for number in range(length // 6)]
    text = " ".join(words)[:length]
    parts = _posts(harness, f"long-{length}", Reply(text))
    assert " ".join(" ".join(parts).split()) == text.strip()


def test_a_code_block_that_is_cut_is_a_code_block_in_each_part(harness: Harness) -> None:
    """T-LIM: a fence across the split."""
    code = "\n".join(f"RUN echo {number}" for number in range(900))
    parts = _posts(harness, "fence", Reply(f"Look:\n```\n{code}\n```\nThat was it."))
    assert len(parts) > 1
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert [line for part in parts for line in part.splitlines() if line.startswith("RUN")] == code.splitlines()


def test_a_table_of_more_rows_than_slack_takes_goes_on_in_the_next_message(harness: Harness) -> None:
    """T-LIM: 101 rows, with the columns' names above each part."""
    rows = tuple((f"Learner {number}", "D1", "3 days") for number in range(101))
    parts = _posts(harness, "table", Reply("Who is stuck?", table=Table(("Who", "Where", "Since"), rows)))
    assert len(parts) == 2
    assert all("Who | Where | Since" in part for part in parts)
    assert sum(part.count("3 days") for part in parts) == 101


def test_fifty_one_blocks_are_two_messages(harness: Harness) -> None:
    """T-LIM: fifty is what one holds."""
    text = "\n\n".join(f"{number} " + "x" * 2_900 for number in range(51))
    shown = messages(Reply(text))
    assert all(len(finding["blocks"]) <= 50 for finding in shown)
    assert sum(len(finding["blocks"]) for finding in shown) >= 51


@pytest.mark.parametrize(
    "text", ["👩🏽‍🚀" * 3_000, "e\u0301" * 4_000, "なぜ" * 4_000], ids=["emoji", "accents", "kana"]
)
def test_no_character_is_cut_in_two(harness: Harness, text: str) -> None:
    """T-LANG: at the boundary between two messages."""
    parts = _posts(harness, f"lang-{hash(text)}", Reply(text))
    assert "".join(parts).replace("\n", "") == text
    assert all(text.startswith(part[:8]) for part in parts)


AMBIGUOUS: list[Kind] = ["timeout_after_commit", "reset_after_commit", "server_error_after_commit"]


@pytest.mark.parametrize("kind", [*AMBIGUOUS, "timeout", "reset", "server_error"])
def test_a_post_without_an_answer_is_seen_once(harness: Harness, kind: Kind) -> None:
    """T-AMB: whether Slack had taken it or not."""
    harness.emulator.fault("chat.postMessage", kind, seconds=0.1)
    harness.direct("Learner A").asks(QUESTION)


def test_blocks_that_slack_refuses_are_sent_as_text(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    """T-INV: the person reads the answer, the log has the defect."""
    harness.emulator.fault("chat.postMessage", "error", error="invalid_blocks")
    with caplog.at_level(logging.ERROR, "integrations.slack.outbox_worker"):
        answer = harness.direct("Learner A").asks(QUESTION)
    assert "venv" in answer.text
    assert not answer.raw.get("blocks")
    assert "invalid_blocks" in caplog.text


def test_a_channel_that_is_limited_keeps_its_order(harness: Harness) -> None:
    """T-429: the second message waits behind the first; nothing is lost or said twice."""
    learner = harness.direct("Learner A")
    root = learner.asks("hello")
    harness.emulator.fault("chat.postMessage", "rate_limited", retry_after=1)
    first = learner.says(QUESTION, thread=root.thread_ts)
    learner.says("what is an image layer for?", thread=root.thread_ts)
    answers = learner.answers(first)
    assert ["venv" in answer.text for answer in answers] == [True, False]


@pytest.mark.parametrize("seconds", [30, 300], ids=["T-429-30", "T-429-300"])
def test_a_long_wait_is_kept_and_other_channels_go_on(harness: Harness, seconds: int) -> None:
    """T-429: no attempt before its time, and none of another channel held back."""
    learner, other = harness.direct("Learner A"), harness.direct("Learner B")
    harness.emulator.fault("chat.postMessage", "rate_limited", retry_after=seconds, channel=learner.channel)
    said = learner.says(QUESTION)
    harness.emulator.wait_for(lambda: _waits(harness) > seconds - 5, SECONDS)
    begun = other.says(QUESTION)
    harness.emulator.wait_for(lambda: other.answers_now(begun), SECONDS)
    assert not learner.answers_now(said)
    _told(harness, 1)
    learner.answer(said)


def _waits(harness: Harness) -> float:
    """Seconds until the next message is tried again."""
    with harness.tutoring.storage.begin() as session:
        due = session.scalars(select(OutboxRow.due_at).where(OutboxRow.state == "due", OutboxRow.tries > 0)).first()
    return (due - datetime.now(UTC)).total_seconds() if due else 0.0


@pytest.mark.parametrize("method", ["agents.sessions.setStatus", "views.publish"])
def test_what_is_limited_beside_the_answer_does_not_hold_it_back(harness: Harness, method: str) -> None:
    """T-429: a status and a Home page may be late."""
    harness.emulator.fault(method, "rate_limited", retry_after=60, times=2)
    learner = harness.direct("Learner C")
    said = learner.says(QUESTION)
    harness.emulator.wait_for(lambda: learner.answers_now(said), SECONDS)
    harness.emulator.world.faults.clear()


def _elsewhere(harness: Harness, code: str) -> tuple[str, str]:
    harness.emulator.fault("chat.postMessage", "error", error=code, channel=harness.channel("Learner A").channel)
    said = harness.channel("Learner A").mentions(QUESTION)
    harness.quiet()
    here = harness.channel("Learner A").answers_now(said)
    there = harness.direct("Learner A").answers_now(said)
    return "".join(one.text for one in here), "".join(one.text for one in there)


PLACES = ["not_in_channel", "channel_not_found", "is_archived", "restricted_action_read_only_channel"]


@pytest.mark.parametrize("code", PLACES, ids=[f"T-EPH-{code}" for code in PLACES])
def test_who_asked_in_a_place_that_takes_nothing_is_answered_in_private(harness: Harness, code: str) -> None:
    """T-EPH."""
    here, there = _elsewhere(harness, code)
    assert not here
    assert "venv" in there


def _status(harness: Harness, place: Place, ts: str) -> str:
    return str(harness.emulator.status(place.channel, ts).get("status"))


@pytest.mark.parametrize("breaks", [False, True], ids=["T-ST-answered", "T-ST-error"])
def test_the_status_is_taken_back(harness: Harness, monkeypatch: pytest.MonkeyPatch, *, breaks: bool) -> None:
    """T-ST: after an answer, and after an error, which is told without its text."""
    learner = harness.direct("Learner B")

    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("a secret of ours")

    with monkeypatch.context() as patched, harness.mind.held(QUESTION):
        said = learner.says(QUESTION)
        assert harness.mind.begun.wait(SECONDS)
        harness.emulator.wait_for(lambda: _status(harness, learner, said.ts) == "processing", SECONDS)
        if breaks:
            patched.setattr("agent.delivery.outbox.Outbox.begin", broken)
            patched.setattr("agent.conversation.tutor.Tutor._result", broken)
        harness.mind.go.set()
        answer = learner.answer(said)
    harness.emulator.wait_for(lambda: _status(harness, learner, said.ts) == "active", SECONDS)
    assert ("Something went wrong on my side" in answer.text) is breaks
    assert "secret" not in answer.text


def _feedback(harness: Harness) -> list[dict[str, object]]:
    with harness.tutoring.storage.begin() as session:
        rows = session.scalars(select(InboxRow).where(InboxRow.key.contains(":feedback:")))
        return [dict(row.payload) for row in rows]


def test_an_opinion_is_kept_once_with_its_reason(harness: Harness) -> None:
    """T-MODAL: clicked twice, the last counts; a reason is asked for; another person's is another one."""
    learner = harness.channel("Learner A")
    answer = learner.answer(learner.mentions(QUESTION))
    learner.person.clicks(answer, "feedback", value="helped")
    learner.person.clicks(answer, "feedback", value="did-not-help")
    harness.emulator.wait_for(lambda: harness.emulator.modal("Learner A"), SECONDS)
    assert learner.person.submits({"text": "too short for me"}) == {}
    harness.channel("Learner B").person.clicks(answer, "feedback", value="helped")
    harness.emulator.wait_for(lambda: len(_feedback(harness)) == 2, SECONDS)
    assert {one.get("reason") for one in _feedback(harness)} == {"too short for me", None}
    assert sorted(bool(one["helped"]) for one in _feedback(harness)) == [False, True]


def test_a_button_that_nobody_knows_any_more_is_acknowledged_with_a_word(harness: Harness) -> None:
    """T-UNH: of an older version; only who pressed it reads that."""
    learner = harness.direct("Learner A")
    button = {"type": "button", "action_id": "ancient.0", "text": {"type": "plain_text", "text": "Old"}, "value": "x"}
    client = harness.tutor.workspaces._open[harness.emulator.workspace.id].turn_runner._client
    client.chat_postMessage(channel=learner.channel, text="old", blocks=[{"type": "actions", "elements": [button]}])
    message = learner.seen()[-1]
    delivery = learner.person.clicks(message, "ancient.0")
    harness.emulator.wait_for(lambda: learner.seen()[-1].ts != message.ts, SECONDS)
    harness.emulator.wait_for(lambda: delivery.state == "acknowledged", SECONDS)
    notice = learner.seen()[-1]
    assert "older version" in notice.text
    assert notice.only_for == learner.person.id


def test_a_database_that_is_away_is_no_acknowledgement(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-INBOX: by Socket Mode; the retry after its recovery is processed once."""
    from agent.errors import StorageUnavailable  # noqa: PLC0415 - beside its only use

    learner = harness.direct("Learner A")

    def away(*_: object, **__: object) -> bool:
        raise StorageUnavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(Inbox, "accept", away)
        said = learner.says(QUESTION)
        delivery = harness.deliveries("message")[-1]
        harness.emulator.wait_for(lambda: len(delivery.attempts) == 2 and delivery.attempts[1].outcome, SECONDS)
    harness.emulator.clock.advance(61)
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["timeout", "timeout", "acknowledged"]
