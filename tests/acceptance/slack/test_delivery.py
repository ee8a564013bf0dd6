"""Envelopes that come twice, late, out of order, or on a socket that breaks: one answer each."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrations.slack_emulator.deliveries import Delivery
from tests.acceptance.slack.house import QUESTION, SECONDS, House, open_house, weak

LEARNERS = 30
# websocket-client leaves a socket that broke to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:.*<socket.socket fd:pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def house(folder: Path) -> Iterator[House]:
    with open_house(folder, "agent", learners=LEARNERS, ping_seconds=1.0) as opened:
        yield opened
    gc.collect()


def _last(house: House, kind: str) -> Delivery:
    return house.deliveries(kind)[-1]


@pytest.mark.parametrize("number", [0, 1], ids=["T-DUP1-repeated", "T-DUP1-retry"])
def test_the_same_event_twice_is_answered_once(house: House, number: int) -> None:
    """T-DUP1: while the first runs, and again when it is done; every delivery is acknowledged."""
    learner = house.direct("Learner A")
    said = learner.says(QUESTION)
    delivery = _last(house, "message")
    house.emulator.deliveries.repeat(delivery, number=number)
    learner.answer(said)
    house.emulator.deliveries.repeat(delivery, number=number)
    house.emulator.wait_for(lambda: all(attempt.outcome for attempt in delivery.attempts))
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["acknowledged"] * 3


@pytest.mark.parametrize("first", ["message", "app_mention"], ids=["T-DUP2-message", "T-DUP2-mention"])
@pytest.mark.parametrize("wait", [False, True], ids=["at-once", "after-the-answer"])
def test_a_mention_that_comes_as_two_events_is_answered_once(house: House, first: str, *, wait: bool) -> None:
    """T-DUP2: in both orders, the second at once or after the answer."""
    learner, deliveries = house.channel("Learner A"), house.emulator.deliveries
    deliveries.pause()
    said = learner.mentions("does EXPOSE publish a port?")
    held = sorted(house.deliveries()[-2:], key=lambda delivery: delivery.event_type != first)
    deliveries._held.clear()
    deliveries.resume()
    deliveries.repeat(held[0])
    if wait:
        house.emulator.wait_for(lambda: len(learner.seen()) and learner.seen()[-1].user == house.bot, SECONDS)
    deliveries.repeat(held[1])
    assert learner.answer(said).thread_ts == said.ts
    assert held[0].event_id != held[1].event_id


def test_a_turn_that_takes_long_is_acknowledged_before(house: House) -> None:
    """T-SLOW: the acknowledgement comes while the answer is still being worded; Slack has no reason to repeat."""
    learner = house.direct("Learner A")
    with house.voice.held("slim"):
        said = learner.says("why is a slim base image better?")
        assert house.voice.begun.wait(SECONDS)
        delivery = _last(house, "message")
        house.emulator.wait_for(lambda: delivery.state == "acknowledged")
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["acknowledged"]


def test_only_the_retry_arrives(house: House) -> None:
    """T-LOST: the socket was gone at the first two deliveries; the third is processed like a first."""
    learner, emulator = house.direct("Learner A"), house.emulator
    emulator.sockets.close()
    said = learner.says(QUESTION)
    delivery = _last(house, "message")
    emulator.wait_for(emulator.sockets.connections, SECONDS)
    emulator.wait_for(lambda: delivery.state == "acknowledged" or len(delivery.attempts) > 1)
    emulator.clock.advance(61)
    learner.answer(said)
    assert delivery.attempts[0].outcome == "timeout"
    assert delivery.state == "acknowledged"


def test_an_event_that_nobody_handles_is_acknowledged(house: House) -> None:
    """T-UNH: Slack would send it three more times and count it as a failure."""
    house.emulator.emit("file_deleted", {"type": "file_deleted", "file_id": "F1"})
    house.quiet()
    assert _last(house, "file_deleted").state == "acknowledged"
    assert len(_last(house, "file_deleted").attempts) == 1


def _by_disconnect(reason: str) -> Callable[[House], None]:
    return lambda house: house.emulator.sockets.disconnect(reason)


_BREAKS: dict[str, Callable[[House], None]] = {
    "warning": _by_disconnect("warning"),
    "refresh_requested": _by_disconnect("refresh_requested"),
    "link_disabled": _by_disconnect("link_disabled"),
    "too_many_websockets": _by_disconnect("too_many_websockets"),
    "closed": lambda house: house.emulator.sockets.close(),
    "reset": lambda house: house.emulator.reset_sockets(),
    "half-open": lambda house: house.emulator.deafen_sockets(),
}


@pytest.mark.parametrize("kind", _BREAKS, ids=[f"T-SOCK-{kind}" for kind in _BREAKS])
def test_a_socket_that_breaks_is_replaced_and_the_turn_in_flight_ends_once(house: House, kind: str) -> None:
    """T-SOCK: also where nothing is closed and only the answers to pings stay away."""
    learner, emulator = house.direct("Learner B"), house.emulator
    before = {connection.client for connection in emulator.sockets.connections()}
    with house.voice.held("layer"):
        said = learner.says("what is an image layer for?")
        assert house.voice.begun.wait(SECONDS)
        _BREAKS[kind](house)
        emulator.wait_for(
            lambda: {connection.client for connection in emulator.sockets.connections()} - before, SECONDS
        )
    learner.answer(said)
    later = learner.says(QUESTION)
    emulator.wait_for(lambda: _last(house, "message").attempts[0].outcome, SECONDS)
    emulator.clock.advance(61)
    learner.answer(later)


def test_a_connection_that_is_refused_for_a_while_is_opened_later(house: House) -> None:
    """T-SOCK: 429 on apps.connections.open."""
    emulator = house.emulator
    emulator.fault("apps.connections.open", "rate_limited", retry_after=1)
    emulator.sockets.close()
    emulator.wait_for(emulator.sockets.connections, SECONDS)
    house.direct("Learner A").asks(QUESTION)


def test_two_messages_of_a_conversation_are_answered_in_their_order(house: House) -> None:
    """T-ORD: the second turn begins after the first, and knows what was said in it."""
    learner = house.direct("Learner A")
    root = learner.asks("hello")
    with house.voice.held("venv"):
        first = learner.says(QUESTION, thread=root.thread_ts)
        assert house.voice.begun.wait(SECONDS)
        learner.says("what is an image layer for?", thread=root.thread_ts)
    answers = learner.answers(first)
    assert len(answers) == 2
    last = house.voice.briefs[-1]
    assert QUESTION in [line.text for line in last.history]
    assert "venv" in answers[0].text


def test_thirty_at_once_get_their_own_answers(house: House) -> None:
    """T-ORD: every learner sends a file of their own name, and hears of no other."""
    names = [person.name for person in house.emulator.workspace.people() if person.name.startswith("Learner")]
    assert len(names) == LEARNERS
    said = {}
    for number, name in enumerate(names):
        data = weak("Dockerfile")[1]
        said[name] = house.direct(name).says("", files=[(f"Dockerfile.n{number:02}", data)])
    for number, name in enumerate(names):
        answer = house.direct(name).answer(said[name])
        assert f"n{number:02}" in answer.text
        assert not any(f"n{other:02}" in answer.text for other in range(LEARNERS) if other != number)


def test_an_event_that_is_ninety_minutes_late_is_answered_once(house: House) -> None:
    """T-LATE."""
    learner, emulator = house.direct("Learner A"), house.emulator
    emulator.deliveries.pause()
    said = learner.says(QUESTION)
    emulator.clock.advance(90 * 60)
    emulator.deliveries.resume()
    assert "venv" in learner.answer(said).text
