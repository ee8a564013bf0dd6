"""Envelopes that come twice, late, out of order, or on a socket that breaks: one answer each."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrations.slack_emulator.deliveries import Delivery
from tests.acceptance.slack.harness import QUESTION, SECONDS, Harness, open_harness, weak

LEARNERS = 30
# websocket-client leaves a socket that broke to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:.*<socket.socket fd:pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def harness(folder: Path) -> Iterator[Harness]:
    with open_harness(folder, "agent", learners=LEARNERS, ping_seconds=1.0) as opened:
        yield opened
    gc.collect()


def _last(harness: Harness, kind: str) -> Delivery:
    return harness.deliveries(kind)[-1]


@pytest.mark.parametrize("number", [0, 1], ids=["T-DUP1-repeated", "T-DUP1-retry"])
def test_the_same_event_twice_is_answered_once(harness: Harness, number: int) -> None:
    """T-DUP1: while the first runs, and again when it is done; every delivery is acknowledged."""
    learner = harness.direct("Learner A")
    said = learner.says(QUESTION)
    delivery = _last(harness, "message")
    harness.emulator.deliveries.repeat(delivery, number=number)
    learner.answer(said)
    harness.emulator.deliveries.repeat(delivery, number=number)
    harness.emulator.wait_for(lambda: all(attempt.outcome for attempt in delivery.attempts))
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["acknowledged"] * 3


@pytest.mark.parametrize("first", ["message", "app_mention"], ids=["T-DUP2-message", "T-DUP2-mention"])
@pytest.mark.parametrize("wait", [False, True], ids=["at-once", "after-the-answer"])
def test_a_mention_that_comes_as_two_events_is_answered_once(harness: Harness, first: str, *, wait: bool) -> None:
    """T-DUP2: in both orders, the second at once or after the answer."""
    learner, deliveries = harness.channel("Learner A"), harness.emulator.deliveries
    deliveries.pause()
    said = learner.mentions("does EXPOSE publish a port?")
    held = sorted(harness.deliveries()[-2:], key=lambda delivery: delivery.event_type != first)
    deliveries._deferred.clear()
    deliveries.resume()
    deliveries.repeat(held[0])
    if wait:
        harness.emulator.wait_for(lambda: len(learner.seen()) and learner.seen()[-1].user == harness.bot, SECONDS)
    deliveries.repeat(held[1])
    assert learner.answer(said).thread_ts == said.ts
    assert held[0].event_id != held[1].event_id


def test_a_turn_that_takes_long_is_acknowledged_before(harness: Harness) -> None:
    """T-SLOW: the acknowledgement comes while the answer is still being worded; Slack has no reason to repeat."""
    learner = harness.direct("Learner A")
    with harness.mind.held("slim"):
        said = learner.says("why is a slim base image better?")
        assert harness.mind.begun.wait(SECONDS)
        delivery = _last(harness, "message")
        harness.emulator.wait_for(lambda: delivery.state == "acknowledged")
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["acknowledged"]


def test_only_the_retry_arrives(harness: Harness) -> None:
    """T-LOST: the socket was gone at the first two deliveries; the third is processed like a first."""
    learner, emulator = harness.direct("Learner A"), harness.emulator
    emulator.sockets.close()
    said = learner.says(QUESTION)
    delivery = _last(harness, "message")
    emulator.wait_for(emulator.sockets.connections, SECONDS)
    emulator.wait_for(lambda: delivery.state == "acknowledged" or len(delivery.attempts) > 1)
    emulator.clock.advance(61)
    learner.answer(said)
    assert delivery.attempts[0].outcome == "timeout"
    assert delivery.state == "acknowledged"


def test_an_event_that_nobody_handles_is_acknowledged(harness: Harness) -> None:
    """T-UNH: Slack would send it three more times and count it as a failure."""
    harness.emulator.app.events |= {"file_deleted"}
    harness.emulator.emit("file_deleted", {"type": "file_deleted", "file_id": "F1"})
    harness.quiet()
    assert _last(harness, "file_deleted").state == "acknowledged"
    assert len(_last(harness, "file_deleted").attempts) == 1


def _by_disconnect(reason: str) -> Callable[[Harness], None]:
    return lambda harness: harness.emulator.sockets.disconnect(reason)


_BREAKS: dict[str, Callable[[Harness], None]] = {
    "warning": _by_disconnect("warning"),
    "refresh_requested": _by_disconnect("refresh_requested"),
    "link_disabled": _by_disconnect("link_disabled"),
    "too_many_websockets": _by_disconnect("too_many_websockets"),
    "closed": lambda harness: harness.emulator.sockets.close(),
    "reset": lambda harness: harness.emulator.reset_sockets(),
    "half-open": lambda harness: harness.emulator.half_open_sockets(),
}


@pytest.mark.parametrize("kind", _BREAKS, ids=[f"T-SOCK-{kind}" for kind in _BREAKS])
def test_a_socket_that_breaks_is_replaced_and_the_turn_in_flight_ends_once(harness: Harness, kind: str) -> None:
    """T-SOCK: also where nothing is closed and only the answers to pings stay away."""
    learner, emulator = harness.direct("Learner B"), harness.emulator
    before = {connection.client for connection in emulator.sockets.connections()}
    with harness.mind.held("layer"):
        said = learner.says("what is an image layer for?")
        assert harness.mind.begun.wait(SECONDS)
        _BREAKS[kind](harness)
        emulator.wait_for(
            lambda: {connection.client for connection in emulator.sockets.connections()} - before, SECONDS
        )
    learner.answer(said)
    later = learner.says(QUESTION)
    emulator.wait_for(lambda: _last(harness, "message").attempts[0].outcome, SECONDS)
    emulator.clock.advance(61)
    learner.answer(later)


def test_a_connection_that_is_refused_for_a_while_is_opened_later(harness: Harness) -> None:
    """T-SOCK: 429 on apps.connections.open."""
    emulator = harness.emulator
    emulator.fault("apps.connections.open", "rate_limited", retry_after=1)
    emulator.sockets.close()
    emulator.wait_for(emulator.sockets.connections, SECONDS)
    harness.direct("Learner A").asks(QUESTION)


def test_two_messages_of_a_conversation_are_answered_in_their_order(harness: Harness) -> None:
    """T-ORD: the second turn begins after the first, and knows what was said in it."""
    learner = harness.direct("Learner A")
    root = learner.asks("hello")
    with harness.mind.held("venv"):
        first = learner.says(QUESTION, thread=root.thread_ts)
        assert harness.mind.begun.wait(SECONDS)
        learner.says("what is an image layer for?", thread=root.thread_ts)
    answers = learner.answers(first)
    assert len(answers) == 2
    last = harness.mind.views[-1]
    assert QUESTION in [line.text for line in last.history]
    assert "venv" in answers[0].text


def test_thirty_at_once_get_their_own_answers(harness: Harness) -> None:
    """T-ORD: every learner sends a file of their own name, and hears of no other."""
    names = [person.name for person in harness.emulator.workspace.people() if person.name.startswith("Learner")]
    assert len(names) == LEARNERS
    said = {}
    for number, name in enumerate(names):
        data = weak("Dockerfile")[1]
        said[name] = harness.direct(name).says("", files=[(f"Dockerfile.n{number:02}", data)])
    for number, name in enumerate(names):
        answer = harness.direct(name).answer(said[name])
        assert f"n{number:02}" in answer.text
        assert not any(f"n{other:02}" in answer.text for other in range(LEARNERS) if other != number)


def test_an_event_that_is_ninety_minutes_late_is_answered_once(harness: Harness) -> None:
    """T-LATE."""
    learner, emulator = harness.direct("Learner A"), harness.emulator
    emulator.deliveries.pause()
    said = learner.says(QUESTION)
    emulator.clock.advance(90 * 60)
    emulator.deliveries.resume()
    assert "venv" in learner.answer(said).text
