"""A stack on a Docker engine: confined containers on networks of their own that lead nowhere."""

from __future__ import annotations

import io
import posixpath
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from docker.errors import APIError, DockerException, ImageNotFound

from tools.sandbox.build.excerpts import excerpt, one_line
from tools.sandbox.engine.port import Engine, EngineJob
from tools.sandbox.image.running import MEMORY, NANO_CPUS, PIDS, SECOND, confinement
from tools.sandbox.image.sockets import Listening, sockets_of
from tools.sandbox.stack.engine import ContainerState, ImageFacts, StartRefused
from tools.sandbox.stack.leavings import LABEL, OWNER, clear, this_process
from tools.sandbox.stack.plan import Check, PlannedService, StackPlan
from tools.sandbox.stack.receipt import Answer

PROBE = "tutor/probe:latest"  # a shell and a way to connect: the lab engine begins with it
ASK_SECONDS = 3
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")


class DockerStack:
    def __init__(self, client: Any, engine: Engine, job: EngineJob) -> None:
        self._client, self._engine, self._job = client, engine, job
        self.id = f"tutor-{uuid4().hex[:12]}"
        self._labels = {LABEL: self.id, OWNER: this_process()}
        self._containers: dict[str, Any] = {}
        self._networks: dict[str, Any] = {}
        self._probe: Any = None

    def prepare(self, plan: StackPlan) -> None:
        for name in plan.networks:
            self._networks[name] = self._client.networks.create(
                f"{self.id}_{name}", driver="bridge", internal=True, labels=self._labels
            )
        for name in plan.volumes:
            self._client.volumes.create(f"{self.id}_{name}", labels=self._labels)

    def create(self, service: PlannedService, image: str) -> ImageFacts:
        try:
            facts = facts_of(self._client.images.get(image).attrs)
            container = self._client.containers.create(image, **self._options(service, facts))
            self._containers[service.name] = container
            for name in [*service.networks][1:]:
                self._networks[name].connect(container, aliases=_aliases(service, name))
            if service.files:
                container.put_archive("/", _archive(service))
        except (APIError, ImageNotFound) as error:
            raise StartRefused(str(error.explanation or "")) from None
        return facts

    def _options(self, service: PlannedService, facts: ImageFacts) -> dict[str, Any]:
        limits = confinement(self._job)
        memory = min(service.memory or MEMORY, MEMORY)
        options: dict[str, Any] = {
            **limits,
            "name": f"{self.id}_{service.name}",
            "hostname": _hostname(service.name),
            "labels": self._labels,
            "environment": dict(service.environment),
            "mem_limit": memory,
            "memswap_limit": memory,
            "nano_cpus": min(int((service.cpus or 1.0) * SECOND), 2 * NANO_CPUS),
            "pids_limit": min(service.pids or PIDS, PIDS),
            "restart_policy": _restart(service),
            "tmpfs": {**limits["tmpfs"], **dict.fromkeys(service.tmpfs, "size=64m")},
            "volumes": [self._volume(*volume) for volume in service.volumes],
            "read_only": service.read_only and not service.files,
            "init": service.init or None,
            "healthcheck": healthcheck(service.check, facts),
        }
        chosen = {
            "command": list(service.command) if service.command is not None else None,
            "entrypoint": list(service.entrypoint) if service.entrypoint is not None else None,
            "user": service.user,
            "working_dir": service.working_dir,
            "stop_signal": service.stop_signal,
        }
        return {**options, **{name: value for name, value in chosen.items() if value}, **self._network(service)}

    def _network(self, service: PlannedService) -> dict[str, Any]:
        first = next(iter(service.networks), None)
        if first is None:
            return {}
        name = self._networks[first].name
        endpoint = self._client.api.create_endpoint_config(aliases=_aliases(service, first))
        return {"network_mode": None, "network": name, "networking_config": {name: endpoint}}

    def _volume(self, name: str, path: str, read_only: bool) -> str:
        source = f"{self.id}_{name}:" if name else ""
        return f"{source}{path}" + (":ro" if read_only and source else "")

    def start(self, name: str) -> None:
        try:
            self._containers[name].start()
        except APIError as error:
            raise StartRefused(str(error.explanation or "")) from None

    def look(self, name: str) -> ContainerState:
        container = self._containers[name]
        container.reload()
        state = container.attrs["State"]
        health = state.get("Health") or {}
        log = health.get("Log") or []
        return ContainerState(
            running=bool(state.get("Running")) and not state.get("Restarting"),
            exit_code=int(state.get("ExitCode") or 0),
            health=str(health.get("Status") or "").replace("none", ""),
            health_said=one_line(str(log[-1].get("Output") or ""), 200) if log else "",
            out_of_memory=bool(state.get("OOMKilled")),
            restarts=int(container.attrs.get("RestartCount") or 0),
            restarting=bool(state.get("Restarting")),
        )

    def sockets(self, name: str) -> frozenset[Listening] | None:
        return sockets_of(self._containers[name], self._engine.processes)

    def log(self, name: str) -> str:
        with suppress(DockerException):
            return excerpt(self._containers[name].logs(tail=40).decode("utf-8", "replace"))
        return ""

    def ask(self, service: PlannedService, port: str, path: str) -> Answer | None:
        """A request as any neighbour could send it; what comes back is looked at for its first line only."""
        probe = self._asking()
        if probe is None:
            return None
        number = port.partition("/")[0]
        request = rf"printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' \"$1\" \"$2\" | nc -w {ASK_SECONDS} \"$2\" \"$3\""
        try:
            code, output = probe.exec_run(["sh", "-c", request.replace('\\"', '"'), "sh", path, service.name, number])
        except APIError:
            return None
        status = _STATUS.match(output or b"")
        connected = status is not None or code == 0
        return Answer(service.name, port, connected, int(status[1]) if status else 0, path)

    def _asking(self) -> Any:
        """One more container on every network of the stack; None where there is no image for it."""
        if self._probe is None:
            with suppress(APIError, ImageNotFound):
                first, *others = self._networks.values()
                options = {**confinement(self._job), "network_mode": None, "network": first.name}
                probe = self._client.containers.create(PROBE, ["sleep", "600"], labels=self._labels, **options)
                for network in others:
                    network.connect(probe)
                probe.start()
                self._probe = probe
        return self._probe

    def stop(self, name: str, seconds: float) -> None:
        with suppress(APIError):
            self._containers[name].stop(timeout=max(1, round(seconds)))

    def close(self) -> None:
        clear(self._client, f"{LABEL}={self.id}")


@contextmanager
def docker_stack(client: Any, engine: Engine, job: EngineJob) -> Iterator[DockerStack]:
    stack = DockerStack(client, engine, job)
    try:
        yield stack
    finally:
        stack.close()


def facts_of(attributes: dict[str, Any]) -> ImageFacts:
    config = attributes.get("Config") or {}
    check = config.get("Healthcheck") or {}
    return ImageFacts(
        ports=tuple(sorted(config.get("ExposedPorts") or {})),
        has_check=bool(check.get("Test")) and check.get("Test") != ["NONE"],
        start_period=float(check.get("StartPeriod") or 0) / SECOND,
        stop_signal=str(config.get("StopSignal") or ""),
    )


def healthcheck(check: Check | None, facts: ImageFacts) -> dict[str, Any] | None:
    """At our pace: asked each second, and unhealthy after as long as it would be by its own timing, up to a minute.

    None leaves the image's own as it is, if it has one.
    """
    if check is None and not facts.has_check:
        return None
    if check is None:
        check = Check()
    if check.is_off:
        return {"test": ["NONE"]}
    if not check.test and not facts.has_check:
        return None
    start = check.start_period if check.start_period is not None else facts.start_period
    lasts = (check.interval or 30.0) * (check.retries or 3) + start
    found: dict[str, Any] = {
        "interval": SECOND,
        "timeout": int(min(check.timeout or 5.0, 10.0) * SECOND),
        "retries": max(5, min(round(lasts), 60)),
        "start_period": 0,
    }
    return {**found, "test": list(check.test)} if check.test else found


def _restart(service: PlannedService) -> dict[str, Any]:
    most = {"MaximumRetryCount": service.restart_most} if service.restart == "on-failure" else {}
    return {"Name": service.restart, **most}


def _aliases(service: PlannedService, network: str) -> Sequence[str]:
    return [service.name, *service.networks[network]]


def _hostname(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", name)[:60].strip("-") or "service"


def _archive(service: PlannedService) -> bytes:
    """Readable for everybody: the user that the service runs as is the image's business."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in service.files:
            info = tarfile.TarInfo(posixpath.normpath(file.path).lstrip("/"))
            runs = file.executable if file.executable is not None else file.data.startswith(b"#!")
            info.size, info.mode = len(file.data), 0o755 if runs else 0o644
            archive.addfile(info, io.BytesIO(file.data))
    return buffer.getvalue()
