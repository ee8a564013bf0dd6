"""Starts a built image confined, watches it, and stops it as an orchestrator would."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from docker.errors import APIError, DockerException

from tools.sandbox.build.excerpts import excerpt, one_line
from tools.sandbox.build.failures import cause_of
from tools.sandbox.builder import RunReport
from tools.sandbox.engine.port import EngineJob

WATCH_SECONDS, HEALTH_SECONDS, STOP_SECONDS = 3.0, 12.0, 10
MEMORY, PIDS, NANO_CPUS = 512 * 2**20, 128, 500_000_000
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETUID", "SETGID", "NET_BIND_SERVICE", "KILL")
_SECOND = 1_000_000_000
_POLL = 0.1


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


def watch(client: Any, image: str, job: EngineJob, cancelled: Callable[[], bool]) -> RunReport:
    config = client.images.get(image).attrs.get("Config") or {}
    container = _created(client, image, config, job)
    if isinstance(container, RunReport):
        return container
    try:
        return _watched(container, bool(_check(config)), cancelled)
    finally:
        with suppress(DockerException):
            container.remove(force=True, v=True)


def _created(client: Any, image: str, config: dict[str, Any], job: EngineJob) -> Any:
    health = _check(config)
    try:
        return client.containers.create(image, healthcheck=health, **confinement(job))
    except APIError as error:
        return _not_started(str(error.explanation or ""))


def _check(config: dict[str, Any]) -> dict[str, Any] | None:
    """The image's own check at our pace: it is watched for seconds, not for minutes."""
    test = (config.get("Healthcheck") or {}).get("Test") or []
    if not test or test == ["NONE"]:
        return None
    return {"test": test, "interval": _SECOND, "timeout": 3 * _SECOND, "retries": 5, "start_period": 0}


def _watched(container: Any, has_check: bool, cancelled: Callable[[], bool]) -> RunReport:
    try:
        container.start()
    except APIError as error:
        return _not_started(str(error.explanation or ""))
    state = _observed(container, has_check, cancelled)
    health = str((state.get("Health") or {}).get("Status") or "")
    if not state.get("Running"):
        return _ended(container, state, health)
    seconds = _stopped(container)
    return RunReport(
        started=True, stayed_up=True, exit_code=None, stop_seconds=seconds, log=_printed(container), health=health
    )


def _observed(container: Any, has_check: bool, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Its state when it ended, when its health is known, or when it was watched long enough."""
    begun = time.monotonic()
    while True:
        container.reload()
        state: dict[str, Any] = container.attrs["State"]
        passed = time.monotonic() - begun
        known = (state.get("Health") or {}).get("Status") in ("healthy", "unhealthy")
        enough = passed > WATCH_SECONDS and (known or not has_check or passed > HEALTH_SECONDS)
        if not state.get("Running") or enough or cancelled():
            return state
        time.sleep(_POLL)


def _stopped(container: Any) -> float | None:
    """Seconds from SIGTERM to its end; None where it had to be killed."""
    begun = time.monotonic()
    with suppress(APIError):
        container.stop(timeout=STOP_SECONDS)
    seconds = round(time.monotonic() - begun, 1)
    container.reload()
    code = int(container.attrs["State"]["ExitCode"])
    return None if seconds >= STOP_SECONDS or code == 137 else seconds


def _printed(container: Any) -> str:
    return excerpt(container.logs(tail=40).decode("utf-8", "replace"))


def _ended(container: Any, state: dict[str, Any], health: str) -> RunReport:
    code, log = int(state.get("ExitCode") or 0), _printed(container)
    killed = bool(state.get("OOMKilled"))
    cause = _reason(code, log, killed=killed) if code else _Reason("")
    return RunReport(
        started=True,
        stayed_up=False,
        exit_code=code,
        stop_seconds=None,
        log=log,
        health=health,
        cause=cause.text,
        question=cause.question,
        out_of_memory=killed,
    )


@dataclass(frozen=True)
class _Reason:
    text: str
    question: str = ""


# Causes of the catalogue of failed steps that say as much of a process.
_ALSO_AT_START = frozenset(
    "python-module node-module permission command-not-found file-missing wrong-architecture interpreter-missing "
    "script-with-windows-lines read-only".split()
)


def _reason(code: int, log: str, *, killed: bool) -> _Reason:
    known = cause_of("", log)
    if killed or known.id not in _ALSO_AT_START:
        return _by_code(code, killed=killed)
    text = known.text.replace("when this step runs", "when it starts").replace(" at this step", "")
    return _Reason(text.replace("user of this step", "user that it runs as"), known.question)


def _by_code(code: int, *, killed: bool) -> _Reason:
    if killed:
        return _Reason(
            "It used more memory than it is given.", "What does it hold in memory before it serves anything?"
        )
    known = {
        126: _Reason("The command is there and may not be run.", "Which mode has that file, and which user runs it?"),
        127: _Reason("The shell did not find the command.", "Under which path does the image have it?"),
        137: _Reason("It was killed.", "What kills a process that does not end by itself?"),
        139: _Reason("It crashed inside a compiled library.", "For which processor and C library was that built?"),
    }
    return known.get(code, _Reason("", "What does the last line that it printed tell you?"))


def _not_started(said: str) -> RunReport:
    cause = _why_not(said)
    return RunReport(
        started=False,
        stayed_up=False,
        exit_code=None,
        stop_seconds=None,
        log=one_line(said, 300),
        cause=cause.text,
        question=cause.question,
    )


def _why_not(said: str) -> _Reason:
    low = said.lower()
    for words, reason in _REASONS:
        if words in low:
            return reason
    return _Reason("The engine could not start it.", "What does the process need that the container does not have?")


_REASONS = (
    ("no command specified", _Reason("The image names no command.", "Which process should the container be?")),
    ("exec format error", _Reason("Its program is for another processor, or a script without `#!`.", "What is it?")),
    (
        "permission denied",
        _Reason("The command may not be run by this user.", "Which mode has that file, and which user runs it?"),
    ),
    (
        "executable file not found",
        _Reason("The command of the image is not on its PATH.", "Under which path does the final stage have it?"),
    ),
    (
        "no such file or directory",
        _Reason("The command of the image is not where it says.", "Which instruction brings it into the final stage?"),
    ),
    (
        "unable to find user",
        _Reason("The image has no user of that name.", "Which instruction makes the user before USER names it?"),
    ),
    (
        "chdir to cwd",
        _Reason("Its user may not enter the working folder.", "Whose is the folder that WORKDIR made?"),
    ),
)
