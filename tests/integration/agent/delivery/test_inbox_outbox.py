"""Messages in and out: each once, in order, also with several processes and after a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from agent.delivery import outbox
from agent.delivery.inbox import Inbox
from agent.delivery.outbox import Outbox
from agent.storage.database import Storage

TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def inbox(storage: Storage) -> Inbox:
    return Inbox(storage)


@pytest.fixture
def box(storage: Storage) -> Outbox:
    return Outbox(storage)


def test_a_message_is_accepted_once(inbox: Inbox) -> None:
    assert inbox.accept("T:C:1", "T:C", {"text": "hello"})
    assert not inbox.accept("T:C:1", "T:C", {"text": "the other delivery"})
    assert inbox.load("T:C:1") == {"text": "hello"}


def test_of_deliveries_at_once_one_is_accepted(inbox: Inbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda number: inbox.accept("T:C:1", "T:C", {"number": number}), range(8)))
    assert accepted.count(True) == 1


def test_what_was_accepted_is_unfinished_until_its_turn_is_over(inbox: Inbox) -> None:
    for key in ("T:C:1", "T:C:2", "T:C:3"):
        inbox.accept(key, "T:C", {})
    assert inbox.start("T:C:1")
    assert inbox.start("T:C:2")
    inbox.finish("T:C:2")
    inbox.finish("T:C:3", failed=True)
    assert inbox.unfinished() == [("T:C:1", "T:C")]
    assert inbox.start("T:C:1"), "a turn that a crash cut off starts again"


def test_an_edit_counts_until_the_turn_begins(inbox: Inbox) -> None:
    inbox.accept("T:C:1", "T:C", {"text": "teh question"})
    assert inbox.edit("T:C:1", {"text": "the question"})
    inbox.start("T:C:1")
    assert not inbox.edit("T:C:1", {"text": "another"})
    assert inbox.load("T:C:1") == {"text": "the question"}


def test_a_message_taken_back_before_its_turn_is_never_answered(inbox: Inbox) -> None:
    inbox.accept("T:C:1", "T:C", {"text": "oops"})
    assert inbox.delete("T:C:1")
    assert not inbox.start("T:C:1")
    assert (inbox.load("T:C:1"), inbox.unfinished()) == (None, [])
    assert not inbox.accept("T:C:1", "T:C", {"text": "oops"}), "a late delivery does not bring it back"


def test_a_message_taken_back_later_loses_its_text(inbox: Inbox) -> None:
    inbox.accept("T:C:1", "T:C", {"text": "my phone number"})
    inbox.start("T:C:1")
    assert not inbox.delete("T:C:1")
    assert not inbox.load("T:C:1")
    assert not inbox.delete("T:C:404")


def test_retention_takes_everything_old(inbox: Inbox) -> None:
    inbox.accept("T:C:1", "T:C", {"text": "hello"})
    assert inbox.purge(TOMORROW - timedelta(days=2)) == 0
    assert inbox.purge(TOMORROW) == 1
    assert inbox.load("T:C:1") is None


def test_a_message_is_put_once_and_sent_once(box: Outbox) -> None:
    assert box.put("a", "C1", {"text": "first"})
    assert not box.put("a", "C1", {"text": "first"})
    assert [(one.key, one.payload, one.tries) for one in box.due()] == [("a", {"text": "first"}, 0)]
    assert box.due() == [], "what one process sends, no other takes"
    box.sent("a", "1.2")
    assert (box.where("a"), box.where("b")) == ("1.2", "")


def test_a_channel_keeps_its_order_over_failures(box: Outbox) -> None:
    box.put("a", "C1", {})
    box.put("b", "C1", {})
    box.put("c", "C2", {})
    assert [one.key for one in box.due()] == ["a", "c"]
    box.failed("a", "ratelimited", retry_after=60)
    box.put("d", "C1", {})
    assert box.due() == []
    box.failed("a", "ratelimited", retry_after=0)
    assert [one.key for one in box.due()] == ["a"]
    box.sent("a", "1.1")
    assert [one.key for one in box.due()] == ["b"]


def test_what_a_crashed_process_took_comes_back_with_its_tries(box: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta(0))
    box.put("a", "C1", {})
    assert [one.tries for one in box.due() + box.due()] == [0, 1]


def test_processes_that_send_at_once_take_each_message_once(box: Outbox) -> None:
    for number in range(20):
        box.put(f"k{number}", f"C{number}", {})
    with ThreadPoolExecutor(4) as pool:
        taken = [one.key for part in pool.map(lambda _: box.due(50), range(4)) for one in part]
    assert sorted(taken) == sorted(f"k{number}" for number in range(20))


def test_a_message_that_is_given_up_holds_up_nothing_and_leaves_its_reason(box: Outbox) -> None:
    box.put("a", "C1", {"text": "private"})
    box.put("b", "C1", {})
    box.due()
    assert box.give_up("a", "channel_not_found")
    assert not box.give_up("a", "again")
    assert not box.give_up("unknown", "x")
    assert [one.key for one in box.due()] == ["b"]
    assert box.given_up(since=TOMORROW - timedelta(days=2)) == {"channel_not_found": 1}
    assert box.given_up(since=TOMORROW) == {}


def test_a_conversation_holds_up_no_other_of_its_channel(box: Outbox) -> None:
    box.put("a", "C1", {}, lane="C1:1")
    box.put("b", "C1", {}, lane="C1:2")
    box.put("c", "C1", {}, lane="C1:1")
    assert [one.key for one in box.due(9)] == ["a", "b"]
    box.failed("a", "fatal_error", retry_after=60)
    box.sent("b", "1.1")
    box.put("d", "C1", {}, lane="C1:2")
    assert [one.key for one in box.due(9)] == ["d"]


def test_what_its_author_took_back_is_not_tried_again(box: Outbox) -> None:
    box.put("turn:reply", "C1", {"text": "x"})
    box.due()
    box.cancel("turn")
    box.failed("turn:reply", "fatal_error", retry_after=0)
    assert box.due() == []
    assert box.given_up(since=TOMORROW - timedelta(days=2)) == {}


def test_retention_takes_what_was_sent_and_keeps_what_waits(box: Outbox) -> None:
    box.put("a", "C1", {})
    box.put("b", "C2", {})
    box.sent("a", "1.1")
    assert box.purge(TOMORROW) == 1
    assert [one.key for one in box.due()] == ["b"]
