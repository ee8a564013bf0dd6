"""One service in a run: what is known of it while it runs, and the report of it at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.sandbox.image.signals import signal_number
from tools.sandbox.image.sockets import Listening, from_outside, reaches
from tools.sandbox.image.start_failures import why_ended, why_not_started
from tools.sandbox.run_report import RULES, SIGTERM, RunReport
from tools.sandbox.stack.engine import ContainerState, ImageFacts
from tools.sandbox.stack.plan import COMPLETED, PlannedService, StackPlan
from tools.sandbox.stack.receipt import ServiceReport


@dataclass
class Running:
    """One service in a run."""

    plan: PlannedService
    facts: ImageFacts = field(default_factory=ImageFacts)
    started: float | None = None
    ended: float | None = None
    failed_start: str = ""
    not_started: str = ""
    state: ContainerState = field(default_factory=lambda: ContainerState(running=False))
    sockets: frozenset[Listening] | None = None
    log: str = ""
    stop_seconds: float | None = None
    stop_code: int | None = None

    @property
    def has_check(self) -> bool:
        check = self.plan.check
        if check is not None and (check.is_off or check.test):
            return not check.is_off
        return self.facts.has_check

    @property
    def is_decided(self) -> bool:
        """Started, or never to be."""
        return self.started is not None or bool(self.failed_start or self.not_started)

    @property
    def has_ended(self) -> bool:
        return bool(self.failed_start or self.not_started) or self.ended is not None

    @property
    def tcp_ports(self) -> tuple[str, ...]:
        """What the blueprint publishes or exposes, else what the image does, where its own process is started."""
        is_own = self.plan.command is None and self.plan.entrypoint is None
        exposed = self.plan.ports or (self.facts.ports if is_own else ())
        return tuple(port for port in exposed if port.endswith("/tcp"))

    @property
    def is_well(self) -> bool:
        return self.state.running and (not self.has_check or self.state.health == "healthy")


def reported(service: Running, plan: StackPlan, now: float) -> ServiceReport:
    name = service.plan.name
    is_job = any(
        needed.service == name and needed.condition == COMPLETED for other in plan.services for needed in other.awaits
    )
    return ServiceReport(
        name,
        service.plan.image,
        is_built=service.plan.build is not None,
        run=None if service.not_started else _run_report(service, now, is_job=is_job),
        restarts=service.state.restarts,
        why=service.not_started,
        is_job=is_job,
    )


def _run_report(service: Running, now: float, *, is_job: bool) -> RunReport:
    if service.started is None:
        reason = why_not_started(service.failed_start)
        return RunReport(False, False, None, None, cause=reason.text, question=reason.question, rules=RULES)
    state = service.state
    code = state.exit_code if service.ended is not None else None
    cause = why_ended(code, service.log, killed=state.out_of_memory) if code else None
    return RunReport(
        started=True,
        stayed_up=service.ended is None,
        exit_code=code,
        stop_seconds=service.stop_seconds,
        log=service.log,
        health=state.health,
        cause=cause.text if cause else "",
        question=cause.question if cause else "",
        out_of_memory=state.out_of_memory,
        rules=RULES,
        watched=round((service.ended or now) - service.started, 1),
        stop_code=service.stop_code,
        stop_signal=signal_number(service.plan.stop_signal or service.facts.stop_signal) or SIGTERM,
        health_said=state.health_said,
        ports=reaches(() if is_job else service.tcp_ports, service.sockets),
        listens=from_outside(service.sockets),
    )
