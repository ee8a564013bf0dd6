"""Starts a built image confined, watches it, and stops it as an orchestrator would."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docker.errors import APIError, DockerException

from tools.sandbox.build.excerpts import excerpt, one_line
from tools.sandbox.engine.port import EngineJob
from tools.sandbox.image.signals import signal_number
from tools.sandbox.image.sockets import Listening, from_outside, reaches, sockets_of
from tools.sandbox.image.start_failures import why_ended, why_not_started
from tools.sandbox.run_report import RULES, SIGTERM, STOP_SECONDS, Reach, RunReport, WatchTimes

MEMORY, PIDS, NANO_CPUS = 512 * 2**20, 128, 500_000_000
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETUID", "SETGID", "NET_BIND_SERVICE", "KILL")
SECOND = 1_000_000_000  # in the nanoseconds of the engine
_POLL = 0.1
_KILLED = 137


BRIEFLY = WatchTimes(least=3.0, most=12.0, settle=2.0)  # for experiments, whose images we wrote


@dataclass(frozen=True)
class Watcher:
    """`processes` is the `/proc` in which the engine's processes are seen."""

    job: EngineJob
    times: WatchTimes
    processes: Path
    cancelled: Callable[[], bool]


def confinement(job: EngineJob) -> dict[str, Any]:
    """What every container of ours is created with, whatever its image asks for."""
    limits: dict[str, Any] = {
        "network_mode": "none",
        "cap_drop": ["ALL"],
        "cap_add": list(CAPABILITIES),
        "security_opt": ["no-new-privileges"],
        "mem_limit": MEMORY,
        "memswap_limit": MEMORY,
        "pids_limit": PIDS,
        "nano_cpus": NANO_CPUS,
        "log_config": {"type": "json-file", "config": {"max-size": "1m", "max-file": "1"}},
        "restart_policy": {"Name": "no"},
        "tmpfs": {"/tmp": "size=64m"},  # noqa: S108 - a path in the container
        "detach": True,
    }
    return {**limits, "cgroup_parent": job.cgroup_parent} if job.cgroup_parent else limits


def watch(client: Any, image: str, watcher: Watcher) -> RunReport:
    config = client.images.get(image).attrs.get("Config") or {}
    window = watcher.times.window(_start_period(config))
    container = _created(client, image, config, watcher.job, window)
    if isinstance(container, RunReport):
        return container
    try:
        return _watched(container, config, watcher, window)
    finally:
        with suppress(DockerException):
            container.remove(force=True, v=True)


def _created(client: Any, image: str, config: dict[str, Any], job: EngineJob, window: float) -> Any:
    try:
        return client.containers.create(image, healthcheck=_check(config, window), **confinement(job))
    except APIError as error:
        return _not_started(str(error.explanation or ""))


def _start_period(config: dict[str, Any]) -> float:
    return float((config.get("Healthcheck") or {}).get("StartPeriod") or 0) / SECOND


def _check(config: dict[str, Any], window: float) -> dict[str, Any] | None:
    """The image's own check at our pace: asked every second, and unhealthy not before it was watched long enough."""
    own = config.get("Healthcheck") or {}
    test = own.get("Test") or []
    if not test or test == ["NONE"]:
        return None
    timeout = min(int(own.get("Timeout") or 5 * SECOND), 10 * SECOND)
    return {"test": test, "interval": SECOND, "timeout": timeout, "retries": int(window) + 5, "start_period": 0}


def _watched(container: Any, config: dict[str, Any], watcher: Watcher, window: float) -> RunReport:
    try:
        container.start()
    except APIError as error:
        return _not_started(str(error.explanation or ""))
    exposed = sorted(config.get("ExposedPorts") or {})
    seen = _observed(container, bool(_check(config, window)), exposed, watcher, window)
    report = RunReport(
        started=True,
        stayed_up=True,
        exit_code=None,
        stop_seconds=None,
        rules=RULES,
        watched=round(seen.seconds, 1),
        health=seen.health,
        health_said=seen.health_said,
        ports=reaches(exposed, seen.sockets),
        listens=from_outside(seen.sockets),
        stop_signal=signal_number(str(config.get("StopSignal") or "")) or SIGTERM,
    )
    return _stopped(container, report) if seen.state.get("Running") else _ended(container, report, seen.state)


@dataclass(frozen=True)
class _Seen:
    state: dict[str, Any]
    seconds: float
    sockets: frozenset[Listening] | None

    @property
    def health(self) -> str:
        return str((self.state.get("Health") or {}).get("Status") or "")

    @property
    def health_said(self) -> str:
        log = (self.state.get("Health") or {}).get("Log") or []
        return one_line(str(log[-1].get("Output") or ""), 200) if log else ""


def _observed(container: Any, has_check: bool, exposed: list[str], watcher: Watcher, window: float) -> _Seen:
    """Its state when it ended, when it was well long enough, or when it was watched long enough."""
    begun = time.monotonic()
    well_since: float | None = None
    while True:
        container.reload()
        state: dict[str, Any] = container.attrs["State"]
        running, passed = bool(state.get("Running")), time.monotonic() - begun
        seen = _Seen(state, passed, None)
        over = not running or passed >= window or watcher.cancelled()
        healthy = has_check and seen.health == "healthy"
        if running and (over or healthy):
            seen = replace(seen, sockets=sockets_of(container, watcher.processes))
        well_since = (well_since or time.monotonic()) if healthy and _is_open(exposed, seen.sockets) else None
        if over or (well_since is not None and time.monotonic() - well_since >= watcher.times.settle):
            return seen
        time.sleep(_POLL if passed < 2 else 5 * _POLL)


def _is_open(exposed: list[str], sockets: frozenset[Listening] | None) -> bool:
    found = reaches(exposed, sockets)
    return not found or any(port.reach in (Reach.OUTSIDE, Reach.UNKNOWN) for port in found)


def _stopped(container: Any, report: RunReport) -> RunReport:
    """With the seconds from its stop signal to its end; none where it had to be killed."""
    begun = time.monotonic()
    with suppress(APIError):
        container.stop(timeout=STOP_SECONDS)
    seconds = round(time.monotonic() - begun, 1)
    container.reload()
    state = container.attrs["State"]
    code = int(state["ExitCode"])
    if state.get("OOMKilled") and code == _KILLED and seconds < STOP_SECONDS:  # the kernel was first
        return _ended(container, report, state)
    killed = seconds >= STOP_SECONDS or code == _KILLED
    return replace(
        report,
        stop_seconds=None if killed else seconds,
        stop_code=code,
        out_of_memory=bool(state.get("OOMKilled")),
        log=_printed(container),
    )


def _printed(container: Any) -> str:
    return excerpt(container.logs(tail=40).decode("utf-8", "replace"))


def _ended(container: Any, report: RunReport, state: dict[str, Any]) -> RunReport:
    code, log = int(state.get("ExitCode") or 0), _printed(container)
    killed = bool(state.get("OOMKilled"))
    reason = why_ended(code, log, killed=killed) if code else None
    return replace(
        report,
        stayed_up=False,
        exit_code=code,
        log=log,
        cause=reason.text if reason else "",
        question=reason.question if reason else "",
        out_of_memory=killed,
    )


def _not_started(said: str) -> RunReport:
    cause = why_not_started(said)
    return RunReport(
        started=False,
        stayed_up=False,
        exit_code=None,
        stop_seconds=None,
        log=one_line(said, 300),
        cause=cause.text,
        question=cause.question,
        rules=RULES,
    )
