"""The port for builds and its receipt: what the gate may trust of a build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tools.sandbox.run_report import RULES, RunReport, Shortcoming, shortcomings
from tools.sandbox.stack.receipt import StackReceipt
from tools.uploads.files import Upload

MISSING_BASE = "foreign-image"  # the rule of a refusal: the engine has no such image


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
class Package:
    """Something that a package manager installed; `line` is 0 where the base brought it."""

    manager: str  # apt, apk, pip, npm; os for the distribution itself
    name: str
    version: str
    line: int = 0


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
    log: str = ""  # of the step that failed, masked; its end, where it is long
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
    packages: tuple[Package, ...] = ()
    notes: tuple[str, ...] = ()  # sentences: what was changed before the build, what could not be looked at

    unread: str = ""  # why the layers could not be read whole: then nothing is known of what is in them
    stack: StackReceipt | None = None  # the image ran as part of its blueprint; `run` is None then

    @property
    def builds_and_runs(self) -> bool:
        """Built, and each image that was started ran as it should."""
        ran = self.run is not None or (self.stack is not None and bool(self.stack.services))
        return self.outcome is Outcome.BUILT and ran and not self.shortcomings

    @property
    def shortcomings(self) -> tuple[Shortcoming, ...]:
        """Of what was built: why its run proves nothing."""
        if self.stack is not None:
            return self.stack.shortcomings_of_built
        return shortcomings(self.run) if self.run is not None else ()

    @property
    def is_settled(self) -> bool:
        """Whether another build of the same bytes would say the same.

        Not where a base image was missing, for it may have been loaded since; not what failed or did not run, for that
        may have been a mirror's fault or a busy machine's; and not what was judged when less was asked.
        """
        if self.outcome is Outcome.REFUSED:
            return self.cause != MISSING_BASE
        return self.builds_and_runs and (self.run is None or self.run.rules >= RULES)

    @property
    def waits_for_operator(self) -> bool:
        """Whether nothing of the learner's is in the way."""
        return self.outcome is Outcome.INFRASTRUCTURE or self.cause == MISSING_BASE


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
