"""The port for builds and its receipt: what the gate may trust of a build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tools.uploads.files import Upload


class Outcome(StrEnum):
    """How a build ended. INFRASTRUCTURE is never the learner's."""

    BUILT = "built"
    FAILED = "failed"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    IDLE = "idle"
    CPU = "cpu"
    MEMORY = "memory"
    PIDS = "pids"
    DISK = "disk"
    LOG_LIMIT = "log-limit"
    CANCELLED = "cancelled"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True)
class BuilderStatus:
    """`mode` is off, trusted or lab; `reason` says in one sentence why, for people."""

    available: bool
    mode: str
    reason: str


@dataclass(frozen=True)
class BuildProgress:
    step: int
    steps: int
    text: str  # what the step does, at most one line


@dataclass(frozen=True)
class LayerSize:
    """`hidden` of its bytes are removed or replaced by later layers; `line` is 0 for what the base brought."""

    instruction: str
    bytes: int
    line: int = 0
    hidden: int = 0


@dataclass(frozen=True)
class SecretFound:
    """Where something that looks like a credential is, never what it is."""

    place: str  # a path in a layer, or a part of the configuration
    line: int = 0
    removed_later: bool = False  # no longer seen in the container, still in the image


@dataclass(frozen=True)
class RunReport:
    """How the built image behaved when started confined."""

    started: bool
    stayed_up: bool
    exit_code: int | None
    stop_seconds: float | None  # None: did not stop on SIGTERM, or ended by itself
    log: str = ""
    health: str = ""  # healthy, unhealthy, starting; empty without a health check
    cause: str = ""  # in plain words, where it did not start or ended with an error
    question: str = ""
    out_of_memory: bool = False


@dataclass(frozen=True)
class BuildReceipt:
    """Evidence of one build; `inputs` is the digest of the canonical context, the receipt's key."""

    inputs: str
    outcome: Outcome
    summary: str  # one sentence for the learner
    engine: str = ""
    builder: str = ""
    dockerfile: str = ""
    failed_line: int | None = None
    failed_step: str = ""
    log_excerpt: str = ""  # masked, at most a few lines
    seconds: float = 0.0
    image_bytes: int = 0
    layers: tuple[LayerSize, ...] = ()
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()  # where, never what
    run: RunReport | None = None
    cause: str = ""  # id of the cause in the catalogue, where it ended with an error
    question: str = ""
    image: str = ""  # the engine's id of it
    steps: int = 0
    cached_steps: int = 0
    hidden_bytes: int = 0  # in own layers, removed or replaced by later ones
    found: tuple[SecretFound, ...] = ()
    ports: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # sentences: what was changed before the build, what could not be looked at

    @property
    def builds_and_runs(self) -> bool:
        """Built, started, stayed up or exited 0, and stopped on SIGTERM within ten seconds."""
        run = self.run
        if self.outcome is not Outcome.BUILT or run is None or not run.started:
            return False
        if not run.stayed_up:
            return run.exit_code == 0
        return run.stop_seconds is not None and run.stop_seconds <= 10


class Builder(Protocol):
    """Builds an upload. Learner's failures are receipts; BuilderUnavailable is the engine's."""

    def status(self) -> BuilderStatus: ...

    def build(
        self,
        upload: Upload,
        *,
        on_progress: Callable[[BuildProgress], None],
        cancelled: Callable[[], bool],
    ) -> BuildReceipt: ...


class NoBuilder:
    """Builds are off: says so, and inspection goes on."""

    def __init__(self, reason: str = "Builds are switched off on this installation.") -> None:
        self._status = BuilderStatus(available=False, mode="off", reason=reason)

    def status(self) -> BuilderStatus:
        return self._status

    def build(
        self,
        upload: Upload,
        *,
        on_progress: Callable[[BuildProgress], None],  # noqa: ARG002 - the port's shape
        cancelled: Callable[[], bool],  # noqa: ARG002 - the port's shape
    ) -> BuildReceipt:
        return BuildReceipt(upload.digest, Outcome.INFRASTRUCTURE, self._status.reason)
