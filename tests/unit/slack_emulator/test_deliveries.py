from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from integrations.slack_emulator.apps import App
from integrations.slack_emulator.deliveries import Attempt, Deliveries, Delivery
from integrations.slack_emulator.world import World


class Answering:
    """A transport whose app acknowledges the attempts with these numbers and misses the others."""

    def __init__(self, deliveries: Deliveries, acknowledged: set[int]) -> None:
        self.deliveries, self.numbers = deliveries, acknowledged

    def send(self, delivery: Delivery, attempt: Attempt) -> None:
        if attempt.number in self.numbers:
            self.deliveries.acknowledged(delivery, attempt, {})
        else:
            self.deliveries.missed(delivery, attempt, "timeout")


def send(acknowledged: set[int], kind: str = "events_api") -> tuple[Delivery, World]:
    world = World([], strict=False)
    deliveries = Deliveries(world)
    deliveries.sockets = Answering(deliveries, acknowledged)
    delivery = deliveries.send(kind, App("A1", "tutor"), {"event_id": "Ev1"})  # type: ignore[arg-type]  # parametrised
    return delivery, world


@given(st.sets(st.integers(0, 5)))
def test_an_event_is_tried_up_to_four_times_and_not_once_more_after_its_acknowledgement(numbers: set[int]) -> None:
    delivery, world = send(numbers)
    world.clock.advance(3_600)
    first = min((number for number in numbers if number <= 3), default=3)
    assert [attempt.number for attempt in delivery.attempts] == list(range(first + 1))
    assert delivery.state == ("acknowledged" if first in numbers else "failed")
    assert len({attempt.envelope_id for attempt in delivery.attempts}) == len(delivery.attempts)


def test_retries_come_at_once_after_a_minute_and_after_five() -> None:
    delivery, world = send(set())
    world.clock.advance(3_600)
    times = [attempt.at for attempt in delivery.attempts]
    assert [round(later - sooner) for sooner, later in pairwise(times)] == [0, 60, 300]
    assert [attempt.reason for attempt in delivery.attempts] == ["", "timeout", "timeout", "timeout"]


def test_buttons_and_commands_are_not_tried_again() -> None:
    for kind in ("interactive", "slash_commands"):
        delivery, world = send(set(), kind)
        world.clock.advance(3_600)
        assert (len(delivery.attempts), delivery.state) == (1, "failed")


def test_what_was_held_goes_out_in_order() -> None:
    world = World([], strict=False)
    deliveries = Deliveries(world)
    deliveries.sockets = Answering(deliveries, {0})
    deliveries.pause()
    held = [deliveries.send("events_api", App("A1", "tutor"), {"event_id": str(number)}) for number in range(3)]
    assert {pending.state for pending in held} == {"pending"}
    deliveries.resume()
    assert {pending.state for pending in held} == {"acknowledged"}
