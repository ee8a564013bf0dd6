"""What Slack sends to an app: by socket or HTTP, until it is acknowledged or given up."""

from __future__ import annotations

import itertools
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from integrations.slack_emulator.apps import App
from integrations.slack_emulator.world import World

Kind = Literal["events_api", "interactive", "slash_commands"]
State = Literal["pending", "acknowledged", "failed"]
RETRY_AFTER = (0.0, 60.0, 300.0)
REMEMBERED = 100_000


@dataclass
class Attempt:
    """`reason` says why the one before failed; `answer` is what the app sent with its acknowledgement."""

    envelope_id: str
    number: int
    at: float
    reason: str = ""
    outcome: str = ""
    ended: float = 0.0  # when the outcome was known
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Delivery:
    kind: Kind
    app: App
    payload: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    state: State = "pending"

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))

    @property
    def event_type(self) -> str:
        return str(self.payload.get("event", self.payload).get("type", ""))

    @property
    def answer(self) -> dict[str, Any]:
        return next((attempt.answer for attempt in self.attempts if attempt.outcome == "acknowledged"), {})


class Transport(Protocol):
    def send(self, delivery: Delivery, attempt: Attempt) -> None:
        """Returns at once; the outcome comes to `Deliveries.acknowledged` or `Deliveries.missed`."""


class Deliveries:
    def __init__(self, world: World) -> None:
        self._world = world
        self._ids = itertools.count(1)
        self.log: deque[Delivery] = deque(maxlen=REMEMBERED)
        self.sockets: Transport | None = None
        self.webhooks: Transport | None = None
        self.settled: Callable[[Delivery], None] | None = None
        self.paused = False
        self._deferred: list[Delivery] = []

    def new_event_id(self) -> str:
        return f"Ev0{next(self._ids):09d}"

    def send(self, kind: Kind, app: App, payload: dict[str, Any]) -> Delivery:
        delivery = Delivery(kind, app, payload)
        self.log.append(delivery)
        if self.paused:
            self._deferred.append(delivery)
        else:
            self._try(delivery, 0, "")
        return delivery

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        """What was deferred goes out late, in order."""
        self.paused, deferred, self._deferred = False, self._deferred, []
        for delivery in deferred:
            self._try(delivery, 0, "")

    def repeat(self, delivery: Delivery, *, number: int = 0) -> None:
        """The same event once more in a new envelope, as Slack sometimes does without need."""
        self._try(delivery, number, "timeout" if number else "")

    def _try(self, delivery: Delivery, number: int, reason: str) -> None:
        attempt = Attempt(str(uuid.uuid4()), number, self._world.clock.now(), reason)
        with self._world.lock:
            delivery.attempts.append(attempt)
        transport = self.webhooks if delivery.app.request_url else self.sockets
        if transport is None:
            self.missed(delivery, attempt, "connection_failed")
        else:
            transport.send(delivery, attempt)

    def acknowledged(self, delivery: Delivery, attempt: Attempt, answer: dict[str, Any]) -> None:
        with self._world.lock:
            attempt.outcome, attempt.answer = attempt.outcome or "acknowledged", answer
            attempt.ended = attempt.ended or self._world.clock.now()
            if attempt.outcome == "acknowledged":
                self._settle(delivery, "acknowledged")
            self._world.changed.notify_all()

    def missed(self, delivery: Delivery, attempt: Attempt, reason: str, *, retry: bool = True) -> None:
        with self._world.lock:
            if attempt.outcome:
                return
            attempt.outcome, attempt.ended = reason, self._world.clock.now()
            tries = attempt.number + 1
            if delivery.kind == "events_api" and retry and tries <= len(RETRY_AFTER):
                delay = RETRY_AFTER[tries - 1]
                self._world.clock.call_later(delay, lambda: self._try(delivery, tries, reason))
            else:
                self._settle(delivery, "failed")
            self._world.changed.notify_all()

    def _settle(self, delivery: Delivery, state: State) -> None:
        if delivery.state == "pending":
            delivery.state = state
            if self.settled is not None:
                self.settled(delivery)
