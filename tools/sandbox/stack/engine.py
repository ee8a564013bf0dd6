"""The port that a run needs of an engine: containers by the names of their services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tools.sandbox.image.sockets import Listening
from tools.sandbox.stack.plan import PlannedService, StackPlan
from tools.sandbox.stack.receipt import Answer


@dataclass(frozen=True)
class ContainerState:
    running: bool
    exit_code: int = 0
    health: str = ""  # healthy, unhealthy, starting; empty without a check
    health_said: str = ""
    out_of_memory: bool = False
    restarts: int = 0
    restarting: bool = False  # it ended, and the engine is about to start it again


@dataclass(frozen=True)
class ImageFacts:
    """What an image itself says: exposed ports as `8000/tcp`, its check's start period in seconds, its stop signal."""

    ports: tuple[str, ...] = ()
    has_check: bool = False
    start_period: float = 0.0
    stop_signal: str = ""


class StartRefused(Exception):
    """The engine would not start a container; the message is the engine's own."""


class StackEngine(Protocol):
    """Containers of one run; whatever it made is gone when it is closed."""

    def prepare(self, plan: StackPlan) -> None:
        """Makes networks without a way out, and empty volumes."""
        ...

    def create(self, service: PlannedService, image: str) -> ImageFacts:
        """Raises StartRefused."""
        ...

    def start(self, name: str) -> None:
        """Raises StartRefused."""
        ...

    def look(self, name: str) -> ContainerState: ...

    def sockets(self, name: str) -> frozenset[Listening] | None: ...

    def log(self, name: str) -> str:
        """The last lines, masked."""
        ...

    def ask(self, service: PlannedService, port: str, path: str) -> Answer | None:
        """From another container, by the service's name; None where nothing can ask here."""
        ...

    def stop(self, name: str, seconds: float) -> None: ...
