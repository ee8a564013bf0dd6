"""The port for engines: where builds run, what a single build may take there, and a person's own engine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import docker
from docker.errors import DockerException

from tools.sandbox.builder import BuilderStatus, Outcome

DEFAULT_ENGINE = "unix:///var/run/docker.sock"


class BuildLimits(Protocol):
    """What is watched from outside: time, silence, how much is printed, and how large the image may be."""

    @property
    def wall_seconds(self) -> float: ...

    @property
    def idle_seconds(self) -> float: ...

    @property
    def log_bytes(self) -> int: ...

    @property
    def stack_seconds(self) -> float: ...  # from the first start of a stack to its stop

    @property
    def image_bytes(self) -> int: ...  # of its files, with holes at their full length; 0: any


@dataclass(frozen=True)
class Patience:
    wall_seconds: float = 900.0
    idle_seconds: float = 180.0
    log_bytes: int = 16 * 2**20
    image_bytes: int = 0
    stack_seconds: float = 300.0


PATIENCE = Patience()


class EngineJob(Protocol):
    """One build's place on an engine; what it left behind is gone when its context ends."""

    @property
    def cgroup_parent(self) -> str: ...  # empty: the engine's own

    @property
    def ulimits(self) -> tuple[str, ...]: ...  # as `docker buildx build --ulimit` takes them

    def exceeded(self, *, as_a_whole: bool = False) -> Outcome | None:
        """The limit that this job hit, as measured; asked while it runs and once after.

        `as_a_whole`: what one of its containers hits of its own limits doesn't count.
        """
        ...

    def pin(self, cpu: int) -> None:
        """Lets the job run on one processor only, for a second build under other circumstances."""
        ...


class Engine(Protocol):
    """`network` is what RUN gets: none or default. `isolated` engines offer some images only."""

    @property
    def base_url(self) -> str: ...

    @property
    def network(self) -> str: ...

    @property
    def build_arguments(self) -> tuple[str, ...]: ...

    @property
    def isolated(self) -> bool: ...

    @property
    def processes(self) -> Path:
        """The `/proc` in which this engine's processes are seen, where it runs on this machine."""
        ...

    def status(self) -> BuilderStatus: ...

    def allows(self, reference: str) -> bool: ...

    def named(self, dockerfile: str) -> str:
        """The same lines, with images under the names by which the engine has them."""
        ...

    def offered(self) -> tuple[str, ...]: ...  # images at hand, to name them

    @property
    def limits(self) -> BuildLimits: ...

    def job(self) -> AbstractContextManager[EngineJob]: ...

    def recover(self) -> None:
        """Called when a build that was ended goes on: the engine is to be made usable again."""
        ...


@dataclass(frozen=True)
class UnlimitedJob:
    cgroup_parent: str = ""
    ulimits: tuple[str, ...] = ()

    def exceeded(self, *, as_a_whole: bool = False) -> Outcome | None:  # noqa: ARG002 - nothing is limited
        return None

    def pin(self, cpu: int) -> None:
        """Nothing is held to a processor on an engine that is not ours."""


@dataclass(frozen=True)
class TrustedEngine:
    """A person's own engine, used as it is: only what their own `docker build` would do is done."""

    base_url: str
    network: str = "default"
    build_arguments: tuple[str, ...] = ()
    isolated: bool = False
    limits: BuildLimits = PATIENCE
    processes: Path = Path("/proc")

    def status(self) -> BuilderStatus:
        try:
            with client(self.base_url) as engine:
                version = engine.version()["Version"]
        except (DockerException, OSError, KeyError):
            reason = "No Docker engine answers here, so builds are off and an instructor decides on them."
            return BuilderStatus(available=False, mode="off", reason=reason)
        if not buildx_version():
            reason = "The Docker engine has no buildx, so builds are off. Install docker-buildx."
            return BuilderStatus(available=False, mode="off", reason=reason)
        return BuilderStatus(available=True, mode="trusted", reason=f"Builds run on this machine's Docker {version}.")

    def allows(self, reference: str) -> bool:  # noqa: ARG002 - the port's shape
        return True

    def named(self, dockerfile: str) -> str:
        return dockerfile

    def offered(self) -> tuple[str, ...]:
        return ()

    @contextmanager
    def job(self) -> Iterator[EngineJob]:
        yield UnlimitedJob()

    def recover(self) -> None:
        """It is not ours to restart."""


@contextmanager
def client(base_url: str, timeout: int = 60) -> Iterator[Any]:
    """Never from the environment: that would follow whatever context the machine's owner has chosen."""
    opened = docker.DockerClient(base_url=base_url, timeout=timeout)
    try:
        yield opened
    finally:
        opened.close()


def answers(base_url: str, seconds: int = 5) -> bool:
    """Whether the engine still speaks: a build that was ended may have taken it along."""
    try:
        with client(base_url, timeout=seconds) as engine:
            return bool(engine.ping())
    except (DockerException, OSError):
        return False


def buildx_version() -> str:
    """Empty where there is none."""
    try:
        said = subprocess.run(["docker", "buildx", "version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return " ".join(said.stdout.split()[1:2])
