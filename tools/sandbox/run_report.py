"""How a container behaved while it was watched, and what keeps that from proving that it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

RULES = 2  # raised when more is asked of a run; reports of before are judged by what was asked then
STOP_SECONDS = 10
SIGTERM = 15


@dataclass(frozen=True)
class WatchTimes:
    """Seconds. What has a health check is watched until it is healthy and `settle` more; else for `least`.

    A start period that is longer than `least` counts, up to `most`.
    """

    least: float = 20.0
    most: float = 120.0
    settle: float = 3.0

    def window(self, start_period: float) -> float:
        return min(max(self.least, start_period), max(self.most, self.least))


PATIENTLY = WatchTimes()


class Reach(StrEnum):
    """Who can connect to a port of a container."""

    OUTSIDE = "outside"
    INSIDE = "inside"  # it listens on a loopback address
    CLOSED = "closed"  # nothing listens
    UNKNOWN = "unknown"  # it could not be looked at


@dataclass(frozen=True)
class PortReach:
    port: str  # as the image exposes it, `8000/tcp`
    reach: Reach


@dataclass(frozen=True)
class RunReport:
    """How the built image behaved when started confined."""

    started: bool
    stayed_up: bool
    exit_code: int | None
    stop_seconds: float | None  # None: did not stop on its stop signal, or ended by itself
    log: str = ""
    health: str = ""  # healthy, unhealthy, starting; empty without a health check
    cause: str = ""  # in plain words, where it did not start or ended with an error
    question: str = ""
    out_of_memory: bool = False
    rules: int = 1
    watched: float = 0.0  # seconds
    stop_code: int | None = None  # its exit code after the stop signal
    stop_signal: int = SIGTERM
    health_said: str = ""  # what its check printed last, masked
    ports: tuple[PortReach, ...] = ()
    listens: tuple[int, ...] = ()  # ports on which it takes connections from outside

    @property
    def is_good(self) -> bool:
        return not shortcomings(self)


@dataclass(frozen=True)
class Shortcoming:
    """Why a run does not prove that the image runs: for a person, with one question."""

    id: str
    text: str
    question: str


def shortcomings(run: RunReport) -> tuple[Shortcoming, ...]:
    """The heaviest first; none where the run is as it should be."""
    if not run.started:
        return (Shortcoming("not-started", f"It did not start. {run.cause}".strip(), run.question),)
    if run.rules < RULES:
        return tuple(_by_former_rules(run))
    if not run.stayed_up:
        return tuple(_ended(run))
    return (*_memory(run), *_health(run), *_ports(run), *_stop(run))


def _by_former_rules(run: RunReport) -> Iterator[Shortcoming]:
    if not run.stayed_up and run.exit_code != 0:
        yield _ended_badly(run)
    elif run.stayed_up and (run.stop_seconds is None or run.stop_seconds > STOP_SECONDS):
        yield _KILLED


def _ended(run: RunReport) -> Iterator[Shortcoming]:
    """To end with 0 is right for a job, and wrong for what says that it serves."""
    if run.exit_code:
        yield _ended_badly(run)
    elif run.ports or run.health:
        serves = f"exposes {run.ports[0].port}" if run.ports else "has a health check"
        text = f"It ended with exit code 0 after {run.watched:.0f} s, and the image {serves}: a server would go on."
        yield Shortcoming("ended", text, "Which command keeps the server in the foreground?")


def _ended_badly(run: RunReport) -> Shortcoming:
    after = f" after {run.watched:.0f} s" if run.watched >= 1 else ""
    text = f"It started and ended with exit code {run.exit_code}{after}. {run.cause}".rstrip()
    return Shortcoming("crashed", text, run.question or "What does the last line that it printed tell you?")


def _memory(run: RunReport) -> Iterator[Shortcoming]:
    if run.out_of_memory:
        text = "A process in it was killed for using more memory than the container is given."
        yield Shortcoming("out-of-memory", text, "What does it hold in memory before it serves anything?")


def _health(run: RunReport) -> Iterator[Shortcoming]:
    if run.health not in ("", "healthy"):
        said = f" Its check says: “{run.health_said}”." if run.health_said else " Its check prints nothing."
        text = f"It was not healthy within {run.watched:.0f} s.{said}"
        yield Shortcoming("unhealthy", text, "What does the health check ask for, and what of that is not there?")


def _ports(run: RunReport) -> Iterator[Shortcoming]:
    """One exposed port that answers is enough: a base image may expose others."""
    known = [port for port in run.ports if port.reach is not Reach.UNKNOWN]
    if not known or any(port.reach is Reach.OUTSIDE for port in known):
        return
    inside = next((port for port in known if port.reach is Reach.INSIDE), None)
    if inside is not None:
        text = f"It listens on port {inside.port} of 127.0.0.1 only, so nothing outside its container can connect."
        yield Shortcoming("loopback-only", text, "On which address does the server have to listen to be reached?")
        return
    exposed = ", ".join(port.port for port in known)
    other = f" It listens on {', '.join(map(str, run.listens))}." if run.listens else ""
    text = f"EXPOSE names {exposed}, and nothing listened there within {run.watched:.0f} s.{other}"
    yield Shortcoming("port-closed", text, "Which setting decides on which port the server listens?")


def _stop(run: RunReport) -> Iterator[Shortcoming]:
    if run.stop_seconds is None or run.stop_seconds > STOP_SECONDS:
        yield _KILLED
    elif run.stop_code not in (None, 0, 128 + run.stop_signal):
        text = f"Told to stop, it ended with exit code {run.stop_code}: that reads as a crash."
        yield Shortcoming("stopped-badly", text, "What does it do between the signal and its end?")


_KILLED = Shortcoming(
    "ignores-stop",
    f"It did not stop on SIGTERM within {STOP_SECONDS} seconds and had to be killed.",
    "Which process has PID 1 there, and does it pass the signal on?",
)
