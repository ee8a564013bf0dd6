"""What of a blueprint is run: services with all that the engine is told of them, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tools.sandbox.build.context import Context

STARTED, HEALTHY, COMPLETED = "service_started", "service_healthy", "service_completed_successfully"


@dataclass(frozen=True)
class PlannedBuild:
    """`context` is what the builder is sent; two services with an equal build share one image."""

    context: Context
    target: str = ""
    args: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return repr((self.context.key, self.target, self.args))


@dataclass(frozen=True)
class Check:
    """A health check; `test` is empty where the image's own is asked, at this pace. Seconds; None: not said."""

    test: tuple[str, ...] = ()
    is_off: bool = False
    interval: float | None = None
    timeout: float | None = None
    start_period: float | None = None
    retries: int | None = None


@dataclass(frozen=True)
class PlacedFile:
    """A file that is put into a container before it starts."""

    path: str
    data: bytes = field(repr=False)
    executable: bool | None = None  # None: not known


@dataclass(frozen=True)
class Await:
    """A service waits for another; `required` False: only if that one is part of the run."""

    service: str
    condition: str = STARTED
    required: bool = True


@dataclass(frozen=True)
class PlannedService:
    name: str
    line: int
    image: str = ""
    build: PlannedBuild | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    working_dir: str = ""
    check: Check | None = None
    awaits: tuple[Await, ...] = ()
    volumes: tuple[tuple[str, str, bool], ...] = ()  # name, path, whether read-only; no name: of its own
    tmpfs: tuple[str, ...] = ()
    files: tuple[PlacedFile, ...] = ()
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # with the aliases there
    has_network: bool = True
    ports: tuple[str, ...] = ()  # in the container, as `8000/tcp`: published or exposed
    restart: str = "no"
    restart_most: int = 0
    stop_signal: str = ""
    stop_seconds: float = 10.0
    memory: int | None = None
    cpus: float | None = None
    pids: int | None = None
    read_only: bool = False
    init: bool = False


@dataclass(frozen=True)
class StackPlan:
    """`left_out` are sentences: what the file asks for and a run here does not give. `refused` stops it all."""

    path: str
    services: tuple[PlannedService, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""

    def service(self, name: str) -> PlannedService | None:
        return next((service for service in self.services if service.name == name), None)

    @property
    def builds(self) -> dict[str, PlannedBuild]:
        return {service.build.key: service.build for service in self.services if service.build is not None}

    @property
    def networks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for service in self.services for name in service.networks))

    @property
    def volumes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for service in self.services for name, _, _ in service.volumes if name))


def circle(services: tuple[PlannedService, ...]) -> tuple[str, ...]:
    """Services that wait for each other in a circle, in its order; empty where there is none."""
    waits = {service.name: [needed.service for needed in service.awaits] for service in services}
    for name in waits:
        found = next(_ways_back(name, waits), ())
        if found:
            return found
    return ()


def _ways_back(name: str, waits: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    trails: list[tuple[str, ...]] = [(name,)]
    seen = set[str]()
    while trails:
        trail = trails.pop()
        for needed in waits.get(trail[-1], ()):
            if needed == name:
                yield (*trail, name)
            elif needed not in seen:
                seen.add(needed)
                trails.append((*trail, needed))
