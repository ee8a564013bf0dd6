"""The lab engine as the builder uses it: tested, reset when it is due, and a job for every build."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tools.errors import BuilderUnavailable, LabFailed
from tools.sandbox.builder import BuilderStatus, Outcome
from tools.sandbox.lab import daemon, disk
from tools.sandbox.lab.job import LabJob, open_job, sweep
from tools.sandbox.lab.lab import Lab, listens
from tools.sandbox.lab.limits import LabConfig, LabLimits
from tools.sandbox.lab.places import GATEWAY, PROXY_PORT
from tools.sandbox.lab.registry import by_tag
from tools.sandbox.lab.selftest import Tester
from tools.sandbox.lab.state import LabState, SelfTest, age, change, locked

TEST_HOURS, TRIES = 1.0, 3
FAILED_SECONDS = 600  # until a limit that did not hold is tried again
_OFF = "so builds are off; inspection goes on"


class LabEngine:
    """Only what was proved within the last hour is trusted."""

    mode = "lab"
    isolated = True

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @property
    def base_url(self) -> str:
        return self.lab.places.base_url

    @property
    def limits(self) -> LabLimits:
        return self.lab.config.limits

    @property
    def processes(self) -> Path:
        return Path(f"/proc/{self.lab.state.process}/root/proc")

    @property
    def network(self) -> str:
        return "default" if self.lab.config.hosts else "none"

    @property
    def build_arguments(self) -> tuple[str, ...]:
        """Ours, never a learner's: the way to the hosts that the operator named."""
        if not self.lab.config.hosts:
            return ()
        proxy = f"http://{GATEWAY}:{PROXY_PORT}"
        return (f"http_proxy={proxy}", f"https_proxy={proxy}", f"HTTP_PROXY={proxy}", f"HTTPS_PROXY={proxy}")

    def allows(self, reference: str) -> bool:
        """Base images are those that the operator loaded; a tag that is not named is `latest`."""
        state = self.lab.state
        name = by_tag(reference, state.digests).removeprefix("docker.io/library/").removeprefix("docker.io/")
        return name in state.bases or f"{name}:latest" in state.bases

    def named(self, dockerfile: str) -> str:
        return by_tag(dockerfile, self.lab.state.digests)

    def offered(self) -> tuple[str, ...]:
        """What a learner may start from."""
        return self.lab.state.bases

    def status(self) -> BuilderStatus:
        """Read from what is known, without touching the engine: it is asked for on every turn."""
        try:
            state = self.lab.state
            return self._status(state)
        except LabFailed as error:
            return BuilderStatus(available=False, mode="off", reason=str(error))

    def _status(self, state: LabState) -> BuilderStatus:
        if not state.process:
            reason = f"The lab engine is not running, {_OFF}. An operator starts it: tutor engine start"
        elif state.fault:
            reason = f"The lab engine can not be started again, {_OFF}: {state.fault}"
        elif state.test is None:
            reason = f"The lab engine has not passed its self-test yet, {_OFF}."
        elif not state.test.held:
            reason = f"A limit of the lab engine does not hold, {_OFF}: {state.test.broken}"
        else:
            minutes = max(0, int(age(state.test.at) / 60))
            reason = f"Builds run confined in the lab engine; its limits were tried {minutes} minutes ago."
            if not state.alive:
                reason = f"The lab engine has ended, and the next build starts it again. {reason}"
            return BuilderStatus(available=True, mode="lab", reason=reason)
        return BuilderStatus(available=False, mode="off", reason=reason)

    @contextmanager
    def job(self) -> Iterator[LabJob]:
        """Raises BuilderUnavailable where no engine can be had or a limit does not hold."""
        if os.geteuid() != 0:
            raise BuilderUnavailable("Builds in the lab engine need a worker that runs as root.")
        if not self.lab.state.process:
            raise BuilderUnavailable(self.status().reason)
        for _ in range(TRIES):
            with locked(self.lab.places.folder / "use.lock", shared=True), ExitStack() as stack:
                job = self._opened(stack)
                if job is not None:
                    yield job
                    return
            self._renew()
        raise BuilderUnavailable("The lab engine does not stay up.")

    def _opened(self, stack: ExitStack) -> LabJob | None:
        """None where a new engine, or a new test of this one, is due first."""
        self._sweep()
        if self._due(self.lab.state):
            return None
        places = self.lab.places
        try:
            job = stack.enter_context(open_job(places, self.limits, self.lab.mounted()))
        except OSError:  # it ended just now
            return None
        stack.push(lambda *_: self._judge(job))
        change(places.state, lambda state: state.model_copy(update={"builds": state.builds + 1}))
        return job

    def _judge(self, job: LabJob) -> None:
        """Before the job is closed: after some builds an engine is not to be used again."""
        if not job.end():
            self.recover()
        elif job.found is Outcome.DISK:  # the daemon may still be writing for it
            self._distrust("a build filled the disk")

    def tend(self) -> None:
        """Between builds, now and then: what a killed worker left is ended, and limits are tried every hour."""
        state = self.lab.state
        if not state.process or os.geteuid() != 0:
            return
        with locked(self.lab.places.folder / "use.lock", shared=True):
            self._sweep()
        failed = state.test is not None and not state.test.held and age(state.test.at) < FAILED_SECONDS
        if not failed and self._due(self.lab.state):
            with suppress(BuilderUnavailable):
                self._renew()

    def _sweep(self) -> None:
        if sweep(self.lab.places):
            self._distrust("a worker was ended in the middle of a build")

    def recover(self) -> None:
        """The engine did not end a build: all of it goes, and the next job starts a new one."""
        self._distrust("a build could not be ended")
        daemon.stop(self.lab.places)

    def _distrust(self, why: str) -> None:
        change(self.lab.places.state, lambda state: state.model_copy(update={"distrusted": why}))

    def test(self) -> SelfTest:
        """Tries all limits now; what was found stands in the status."""
        with self.lab.alone():
            return self._test()

    def _test(self) -> SelfTest:
        found = Tester(self.lab, self.network, self.build_arguments).run()
        change(self.lab.places.state, lambda state: state.model_copy(update={"test": found}))
        return found

    def _due(self, state: LabState) -> bool:
        tested = state.test is not None and state.test.held and age(state.test.at) < TEST_HOURS * 3600
        return not tested or self._worn(state, self.lab.config) or not self._healthy(state)

    def _renew(self) -> None:
        """Under the exclusive lock, so that of several workers one does it and the others find it done."""
        try:
            with self.lab.alone():
                state = self.lab.state
                if not state.process:  # an operator stopped it meanwhile
                    raise BuilderUnavailable(self._status(state).reason)
                if self._worn(state, self.lab.config) or not self._healthy(state):
                    self.lab.begin(keep_test=True)
                state = self.lab.state
                if state.test is None or not state.test.held or age(state.test.at) >= TEST_HOURS * 3600:
                    found = self._test()
                    if not found.held:
                        raise BuilderUnavailable(f"A limit of the lab engine does not hold: {found.broken}")
        except LabFailed as error:
            fault = str(error)
            change(self.lab.places.state, lambda state: state.model_copy(update={"fault": fault}))
            raise BuilderUnavailable(fault) from None

    def _worn(self, state: LabState, config: LabConfig) -> bool:
        old = age(state.since) > config.hours_between_resets * 3600
        return bool(state.distrusted) or state.builds >= config.builds_between_resets or old or self._full(state)

    def _full(self, state: LabState) -> bool:
        """What builds left behind takes the room of the next."""
        if not state.builds or not state.alive:
            return False
        try:
            return disk.free(self.lab.mounted()).bytes < self.limits.disk_bytes
        except OSError:  # it ended just now
            return True

    def _healthy(self, state: LabState) -> bool:
        if not state.alive or not daemon.answers(self.lab.places):
            return False
        return self.network == "none" or listens(state.process, PROXY_PORT)


def open_lab(folder: Path) -> LabEngine:
    return LabEngine(Lab(folder))
