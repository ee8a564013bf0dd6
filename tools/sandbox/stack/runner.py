"""Starts a planned stack in the order of its conditions, watches it, asks its ports, and stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tools.sandbox.image.start_failures import why_not_started
from tools.sandbox.run_report import STOP_SECONDS, WatchTimes
from tools.sandbox.stack.engine import ContainerState, StackEngine, StartRefused
from tools.sandbox.stack.plan import COMPLETED, HEALTHY, Await, PlannedService, StackPlan
from tools.sandbox.stack.receipt import LOOP, Answer, EventKind, ServiceReport, StackEvent, Wait
from tools.sandbox.stack.service_run import Running, reported

TICK = 0.3
_KILLED = 137


@dataclass
class StackRun:
    """`over` says why the run must end now: a limit that was reached, or a stop; empty while it may go on."""

    plan: StackPlan
    engine: StackEngine
    images: Mapping[str, str]  # of each service
    times: WatchTimes
    over: Callable[[], str]
    told: Callable[[StackEvent], None] = lambda _: None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    events: list[StackEvent] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    ended_by: str = ""
    up_seconds: float = 0.0
    _services: dict[str, Running] = field(default_factory=dict)
    _begun: float = 0.0

    def run(self) -> tuple[ServiceReport, ...]:
        self._begun = self.now()
        self._services = {service.name: Running(service) for service in self.plan.services}
        self.engine.prepare(self.plan)
        for service in self._services.values():
            self._create(service)
        self._bring_up()
        self._watch()
        for service in self._services.values():
            self._look_closer(service)
        self._ask()
        for name in reversed(self._order()):
            self._stop(self._services[name])
        return tuple(reported(service, self.plan, self.now()) for service in self._services.values())

    @property
    def seconds(self) -> float:
        return round(self.now() - self._begun, 1)

    def _say(self, service: Running, kind: EventKind, text: str) -> None:
        event = StackEvent(self.seconds, service.plan.name, kind, text)
        self.events.append(event)
        self.told(event)

    def _create(self, service: Running) -> None:
        try:
            service.facts = self.engine.create(service.plan, self.images[service.plan.name])
        except StartRefused as error:
            service.failed_start = str(error)
            self._say(service, EventKind.NOT_STARTED, f"could not be created: {why_not_started(str(error)).text}")

    def _bring_up(self) -> None:
        deadline = self.now() + self._patience()
        while not self._is_over() and self.now() < deadline:
            self._observe()
            for service in self._services.values():
                if not service.is_decided:
                    self._consider(service)
            if all(service.is_decided for service in self._services.values()):
                return
            self.sleep(TICK)
        for service in self._services.values():
            if not service.is_decided:
                self._give_up(service, "the time for it was over")

    def _patience(self) -> float:
        """As long as each wait in a row may take."""
        windows = [self._window(service) for service in self._services.values()]
        return max(windows, default=0.0) * (1 + len({needed for one in self.plan.services for needed in one.awaits}))

    def _window(self, service: Running) -> float:
        check = service.plan.check
        own = check.start_period if check is not None and check.start_period is not None else service.facts.start_period
        return self.times.window(own)

    def _is_over(self) -> bool:
        self.ended_by = self.ended_by or self.over()
        return bool(self.ended_by)

    def _observe(self) -> None:
        for service in self._services.values():
            if service.started is not None and service.ended is None:
                before, service.state = service.state, self.engine.look(service.plan.name)
                self._compare(service, before, service.state)

    def _compare(self, service: Running, before: ContainerState, state: ContainerState) -> None:
        if state.restarts > before.restarts:
            self._say(service, EventKind.RESTARTED, f"ended, and was started again ({state.restarts})")
        if state.running and state.health != before.health and state.health in ("healthy", "unhealthy"):
            said = f": “{state.health_said}”" if state.health_said and state.health == "unhealthy" else ""
            kind = EventKind.HEALTHY if state.health == "healthy" else EventKind.UNHEALTHY
            self._say(service, kind, f"is {state.health}{said}")
        if not state.running and not state.restarting:
            service.ended = self.now()
            service.log = self.engine.log(service.plan.name)
            memory = ", killed for using more memory than it is given" if state.out_of_memory else ""
            self._say(service, EventKind.ENDED, f"ended with exit code {state.exit_code}{memory}")

    def _consider(self, service: Running) -> None:
        """Starts it where all that it waits for is there; gives up where that can not come any more."""
        standing = [(needed, self._stands(needed)) for needed in service.plan.awaits]
        lost = next((needed for needed, stands in standing if stands is False and needed.required), None)
        if lost is not None:
            self._note_wait(service, lost, met=False)
            self._give_up(service, f"it waits for {_awaited(lost)}, and {self._state_in_words(lost)}")
        elif all(stands or (stands is False and not needed.required) for needed, stands in standing):
            for needed in service.plan.awaits:
                self._note_wait(service, needed, met=True)
            self._start(service)

    def _stands(self, needed: Await) -> bool | None:
        """Whether a condition holds; None while it still may."""
        other = self._services.get(needed.service)
        if other is None:
            return not needed.required
        if other.failed_start or other.not_started:
            return False
        if other.started is None:
            return None
        if needed.condition == COMPLETED:
            return other.state.exit_code == 0 if other.has_ended else None
        if needed.condition == HEALTHY:
            return self._stands_healthy(other)
        return True

    def _stands_healthy(self, other: Running) -> bool | None:
        if not other.has_check or other.has_ended or other.state.health == "unhealthy":
            return False
        return other.state.health == "healthy" or None

    def _state_in_words(self, needed: Await) -> str:
        other = self._services[needed.service]
        if other.failed_start or other.not_started:
            return "that was not started"
        if needed.condition == HEALTHY and not other.has_check:
            return "that has no health check"
        return (
            f"that ended with exit code {other.state.exit_code}" if other.has_ended else f"that is {other.state.health}"
        )

    def _note_wait(self, service: Running, needed: Await, *, met: bool) -> None:
        waited = self.seconds
        self.waits.append(Wait(service.plan.name, needed.service, needed.condition, waited, met))

    def _give_up(self, service: Running, why: str) -> None:
        service.not_started = f"It was not started: {why}."
        self._say(service, EventKind.NOT_STARTED, f"is not started: {why}")

    def _start(self, service: Running) -> None:
        try:
            self.engine.start(service.plan.name)
        except StartRefused as error:
            service.failed_start = str(error)
            self._say(service, EventKind.NOT_STARTED, f"did not start: {why_not_started(str(error)).text}")
            return
        service.started = self.now()
        waited = [needed for needed in service.plan.awaits if needed.service in self._services]
        after = f", now that {' and '.join(_reached(needed) for needed in waited)}" if waited else ""
        service.state = ContainerState(running=True)
        self._say(service, EventKind.STARTED, f"starts{after}")

    def _watch(self) -> None:
        """Until all that has a check is healthy and has settled; what has none for its whole window."""
        well_since: float | None = None
        while not self._is_over():
            self._observe()
            going = [service for service in self._services.values() if not service.has_ended]
            well = all(service.is_well for service in going)
            well_since = (well_since if well_since is not None else self.now()) if well else None
            if well and not self.up_seconds:
                self.up_seconds = self.seconds
            if not going or all(self._was_watched(service, well_since) for service in going):
                return
            if any(service.state.restarts >= LOOP for service in going):
                return
            self.sleep(TICK)

    def _was_watched(self, service: Running, well_since: float | None) -> bool:
        if self.now() - (service.started or 0.0) >= (
            self.times.settle if self._has_failed() else self._window(service)
        ):
            return True
        return service.has_check and well_since is not None and self.now() - well_since >= self.times.settle

    def _has_failed(self) -> bool:
        """Then nothing is left to be proved by watching the rest."""
        return any(service.failed_start or service.not_started for service in self._services.values())

    def _look_closer(self, service: Running) -> None:
        if service.started is None:
            return
        if service.state.running:
            service.sockets = self.engine.sockets(service.plan.name)
        service.log = self.engine.log(service.plan.name)

    def _ask(self) -> None:
        for service in self._services.values():
            if service.state.running and service.plan.has_network and not self._is_over():
                self.answers += self._answers(service)

    def _answers(self, service: Running) -> Iterator[Answer]:
        path = _asked_path(service.plan)
        for port in service.tcp_ports[:3]:
            answer = self.engine.ask(service.plan, port, path)
            if answer is None:
                return
            kind = EventKind.ANSWERED if answer.connected else EventKind.SILENT
            self._say(service, kind, _answer_in_words(answer))
            yield answer

    def _order(self) -> list[str]:
        started = [service for service in self._services.values() if service.started is not None]
        return [service.plan.name for service in sorted(started, key=lambda service: service.started or 0.0)]

    def _stop(self, service: Running) -> None:
        if not (service.state.running or service.state.restarting):
            return
        begun = self.now()
        self.engine.stop(service.plan.name, min(service.plan.stop_seconds, STOP_SECONDS))
        took, state = round(self.now() - begun, 1), self.engine.look(service.plan.name)
        service.log = self.engine.log(service.plan.name) or service.log
        service.stop_code = state.exit_code
        killed = state.running or state.exit_code == _KILLED
        service.stop_seconds = None if killed else took
        if killed:
            self._say(service, EventKind.KILLED, f"did not stop on its signal and was killed after {took:.1f} s")
        else:
            self._say(service, EventKind.STOPPED, f"stopped {took:.1f} s after its signal, exit code {state.exit_code}")


def _awaited(needed: Await) -> str:
    how = {HEALTHY: "to be healthy", COMPLETED: "to end well"}.get(needed.condition, "to be started")
    return f"`{needed.service}` {how}"


def _reached(needed: Await) -> str:
    how = {HEALTHY: "is healthy", COMPLETED: "has ended well"}.get(needed.condition, "is started")
    return f"`{needed.service}` {how}"


def _asked_path(service: PlannedService) -> str:
    """What its own health check asks for, where that is an address; else the root."""
    words = " ".join(service.check.test) if service.check else ""
    address = words.partition("://")[2].split("'")[0].split('"')[0].split(" ")[0]
    path = "/" + address.partition("/")[2]
    return path if path.isprintable() and len(path) < 200 else "/"


def _answer_in_words(answer: Answer) -> str:
    port = answer.port.partition("/")[0]
    if not answer.connected:
        return f"takes no connection on port {port} from another container"
    if answer.status:
        return f"answers {answer.status} to `GET {answer.path}` on port {port}"
    return f"takes connections on port {port}"
