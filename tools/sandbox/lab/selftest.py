"""Tries from inside whether the limits hold, as an attacker would; no build runs where one does not."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.sandbox.builder import Outcome
from tools.sandbox.lab.job import LabJob, open_job
from tools.sandbox.lab.lab import PROBE, Lab
from tools.sandbox.lab.limits import LabConfig
from tools.sandbox.lab.places import GATEWAY, PROXY_PORT
from tools.sandbox.lab.probing import Probed, probe
from tools.sandbox.lab.state import SelfTest, SelfTestFinding

WALL_SECONDS, GONE_SECONDS, TRY_SECONDS = 1.5, 5.0, 60.0
FIRST_REMAPPED = 100_000
_OWN_INTERFACES = {"lo", "lab0"}
_MIB = 1024**2
CONTROL = "reached-itself"  # a probe that can connect to nothing would prove nothing
_REACHES_ITSELF = (
    "(while :; do nc -l -p 7 >>/heard; done) & i=0; "
    "until [ -s /heard ] || [ $i = 50 ]; do "
    f"echo {CONTROL} | nc -w 2 127.0.0.1 7; sleep 0.1; i=$((i+1)); done; cat /heard"
)


@dataclass
class Tester:
    """Each probe is one build; `findings` says which limit it tried and what was seen."""

    lab: Lab
    network: str
    arguments: tuple[str, ...]
    config: LabConfig = field(init=False)

    def __post_init__(self) -> None:
        self.config = self.lab.config

    def run(self) -> SelfTest:
        begun = time.monotonic()
        probes: tuple[Callable[[], SelfTestFinding], ...] = (
            self.user,
            self.wall,
            self.memory,
            self.processes,
            self.disk,
            self.network_of_builds,
            self.network_of_the_engine,
        )
        findings = tuple(other_probe() for other_probe in probes)
        return SelfTest(at=time.time(), seconds=round(time.monotonic() - begun, 1), findings=findings)

    def user(self) -> SelfTestFinding:
        """L13: root inside is nobody outside."""
        probed = self._probe("RUN cat /proc/self/uid_map")
        found = re.search(r"^#\d+ [\d.]+\s+0\s+(\d+)\s+(\d+)\s*$", probed.said, re.MULTILINE)
        if not found:
            return _broken("user", "the probe did not run: " + _last_line(probed.said))
        outside = int(found[1])
        return SelfTestFinding(
            limit="user", held=outside >= FIRST_REMAPPED, said=f"root inside is user {outside} of this machine"
        )

    def wall(self) -> SelfTestFinding:
        """L1: a build that is ended leaves nothing running."""
        with self._job() as job:
            probed = self._run(job, "RUN sleep 1000", seconds=WALL_SECONDS)
            begun = time.monotonic()
            while job.running() and time.monotonic() - begun < GONE_SECONDS:
                time.sleep(0.05)
            gone = not job.running()
        if probed.ended:
            return _broken("time", "the probe did not run: " + _last_line(probed.said))
        said = "a build that was ended left nothing" if gone else "a build that was ended goes on in the engine"
        return SelfTestFinding(limit="time", held=gone, said=said)

    def memory(self) -> SelfTestFinding:
        """L5"""
        with self._job() as job:
            probed = self._run(job, "RUN tail /dev/zero")
        limit = self.config.limits.memory_bytes // _MIB
        return _judged("memory", probed, Outcome.MEMORY, f"held at {limit} MiB")

    def processes(self) -> SelfTestFinding:
        """L6"""
        many = self.config.limits.pids + 50
        with self._job() as job:
            step = f"RUN i=0; while [ $i -lt {many} ]; do sleep 5 & i=$((i+1)); done; true"
            probed = self._run(job, step, patient=True)
            most = job.usage().pids_peak
        if most > self.config.limits.pids:
            return _broken("processes", f"{most} ran at once, and {self.config.limits.pids} are allowed")
        return _judged("processes", probed, Outcome.PIDS, f"held at {self.config.limits.pids}")

    def disk(self) -> SelfTestFinding:
        """L7: allocated, not written, so that trying costs nothing."""
        limits = self.config.limits
        piece = max(1, min(limits.file_bytes, limits.disk_bytes) // 2)
        pieces = limits.disk_bytes // piece + 2
        with self._job() as job:
            probed = self._run(
                job, f"RUN i=0; while [ $i -lt {pieces} ]; do fallocate -l {piece} /f$i; i=$((i+1)); done; sleep 20"
            )
        return _judged("disk", probed, Outcome.DISK, f"held at {limits.disk_bytes // _MIB} MiB a build")

    def network_of_builds(self) -> SelfTestFinding:
        """L11: nothing of this machine answers, and the proxy refuses what is not on the list."""
        with _listening() as (port, heard):
            tries = "; ".join(f"nc -w 1 {host} {port} </dev/null" for host in ("127.0.0.1", GATEWAY))
            probed = self._probe(f"RUN {_REACHES_ITSELF}; {tries}; true")
        if heard or f"{CONTROL}\n" not in probed.said:
            said = "a build reached this machine" if heard else "the probe did not run: " + _last_line(probed.said)
            return _broken("network of builds", said)
        return self._refused() if self.arguments else _held("network of builds", "there is none")

    def _refused(self) -> SelfTestFinding:
        request = "GET http://not-on-the-list.invalid/ HTTP/1.0"
        probed = self._probe(f"RUN printf '{request}\\r\\n\\r\\n' | nc -w 5 {GATEWAY} {PROXY_PORT}; true")
        if "403 Forbidden" not in probed.said:
            return _broken("network of builds", "the proxy does not refuse: " + _last_line(probed.said))
        return _held("network of builds", "only through the proxy, to the hosts that are allowed")

    def network_of_the_engine(self) -> SelfTestFinding:
        """L12: the engine itself fetches for ADD and FROM, so it too must have no way."""
        with _listening() as (port, heard):
            probed = self._probe(f"ADD http://127.0.0.1:{port}/ /fetched")
        if not heard and "refused" not in probed.said and "unreachable" not in probed.said:
            return _broken("network of the engine", "the probe did not run: " + _last_line(probed.said))
        ways = _interfaces(self.lab.state.process) - _OWN_INTERFACES
        if heard or ways:
            said = "the engine reached this machine" if heard else f"it has the interfaces {', '.join(sorted(ways))}"
            return _broken("network of the engine", said)
        return _held("network of the engine", "it has no way out")

    @contextmanager
    def _job(self) -> Iterator[LabJob]:
        with open_job(self.lab.places, self.config.limits, self.lab.mounted()) as job:
            yield job

    def _probe(self, step: str) -> Probed:
        with self._job() as job:
            return self._run(job, step)

    def _run(self, job: LabJob, step: str, *, seconds: float = TRY_SECONDS, patient: bool = False) -> Probed:
        return probe(
            self.lab.places.base_url,
            job,
            f"FROM {PROBE}\n{step}\n",
            network=self.network,
            arguments=self.arguments,
            seconds=seconds,
            patient=patient,
        )


def _judged(limit: str, probed: Probed, wanted: Outcome, said: str) -> SelfTestFinding:
    if probed.exceeded is wanted:
        return _held(limit, said)
    if probed.exceeded:
        return _broken(limit, f"another limit came first ({probed.exceeded.value})")
    return _broken(limit, "it does not hold: " + _last_line(probed.said))


def _held(limit: str, said: str) -> SelfTestFinding:
    return SelfTestFinding(limit=limit, held=True, said=said)


def _broken(limit: str, said: str) -> SelfTestFinding:
    return SelfTestFinding(limit=limit, held=False, said=said)


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "the engine said nothing"


def _interfaces(process: int) -> set[str]:
    rows = Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]
    return {row.partition(":")[0].strip() for row in rows} - _idle(process)


def _idle(process: int) -> set[str]:
    """Ends of containers' cables and tunnels that the kernel puts into each namespace: no addresses, no routes."""
    routed = {row.split()[0] for row in Path(f"/proc/{process}/net/route").read_text().splitlines()[1:]}
    rows = Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]
    return {row.partition(":")[0].strip() for row in rows} - routed


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """A listener of our own on this machine's loopback, and who called it."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                heard.append(str(address))
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            done.set()
            thread.join()
