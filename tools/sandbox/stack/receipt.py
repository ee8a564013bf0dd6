"""What a run of a blueprint showed: a timeline, and of each service how it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tools.sandbox.run_report import RunReport, Shortcoming, shortcomings

LOOP = 3  # restarts


class EventKind(StrEnum):
    CREATED = "created"
    STARTED = "started"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    ENDED = "ended"
    RESTARTED = "restarted"
    NOT_STARTED = "not-started"
    ANSWERED = "answered"
    SILENT = "silent"
    STOPPED = "stopped"
    KILLED = "killed"
    STAYED = "stayed"


@dataclass(frozen=True)
class StackEvent:
    """`seconds` since the run began; `text` says the rest to a person."""

    seconds: float
    service: str
    kind: EventKind
    text: str


@dataclass(frozen=True)
class Wait:
    """What a service waited for, and for how long; `met` False where the condition never held."""

    service: str
    needed: str
    condition: str
    seconds: float
    met: bool


@dataclass(frozen=True)
class Answer:
    """Of a port, asked by its service's name from another container: `status` of HTTP, 0 where it speaks none."""

    service: str
    port: str
    connected: bool
    status: int = 0
    path: str = ""


@dataclass(frozen=True)
class ServiceReport:
    """`run` is None where it was never started; `why` then says for what it waited."""

    name: str
    image: str
    is_built: bool
    run: RunReport | None = None
    restarts: int = 0
    why: str = ""
    is_job: bool = False  # others wait for its end

    @property
    def shortcomings(self) -> tuple[Shortcoming, ...]:
        """Of an image that somebody else made, only whether it does its work here."""
        if self.run is None:
            return (Shortcoming("not-started", self.why or "It was not started.", _WHY_NOT),)
        found = list(_restarted(self.restarts)) or shortcomings(self.run)
        return tuple(lacking for lacking in found if self.is_built or lacking.id not in _OF_ITS_MAKER)


_WHY_NOT = "What would have had to happen first?"
_OF_ITS_MAKER = frozenset({"stopped-badly", "ignores-stop", "port-closed", "ended"})


def _restarted(times: int) -> Iterator[Shortcoming]:
    """Once or twice is what a restart policy is there for, and the timeline shows it."""
    if times >= LOOP:
        text = f"It ended and was restarted {times} times."
        yield Shortcoming("crash-loop", text, "What is still missing each time that it is started?")


@dataclass(frozen=True)
class StackReceipt:
    """Evidence of one run of a blueprint."""

    path: str
    services: tuple[ServiceReport, ...] = ()
    events: tuple[StackEvent, ...] = ()
    waits: tuple[Wait, ...] = ()
    answers: tuple[Answer, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""  # why nothing was started
    not_here: tuple[str, ...] = ()  # images that the engine does not have
    ended_by: str = ""  # the limit, or the stop, that ended it early
    seconds: float = 0.0
    up_seconds: float = 0.0  # until every service was up, healthy or done

    @property
    def came_up(self) -> bool:
        """Every service did what it is there for, and nobody had to end it."""
        return (
            bool(self.services)
            and not self.refused
            and not self.ended_by
            and not any(service.shortcomings for service in self.services)
        )

    def service(self, name: str) -> ServiceReport | None:
        return next((service for service in self.services if service.name == name), None)

    @property
    def shortcomings_of_built(self) -> tuple[Shortcoming, ...]:
        """Of services whose image the blueprint builds, each with its name; and of a run that was ended early."""
        found = [
            replace(lacking, text=f"`{service.name}`: {lacking.text}")
            for service in self.services
            if service.is_built
            for lacking in service.shortcomings
        ]
        if self.ended_by:
            found.append(Shortcoming("ended-early", f"The stack was ended: {self.ended_by}.", "Which service was it?"))
        return tuple(found)

    @property
    def waits_in_vain(self) -> tuple[Wait, ...]:
        return tuple(wait for wait in self.waits if not wait.met)
