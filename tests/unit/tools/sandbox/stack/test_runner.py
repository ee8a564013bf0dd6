"""The order of a stack, what its timeline says, and what it proves: on an engine that follows a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tools.sandbox.build.context import Context
from tools.sandbox.image.sockets import Listening
from tools.sandbox.run_report import Reach, WatchTimes
from tools.sandbox.stack.engine import ContainerState, ImageFacts, StartRefused
from tools.sandbox.stack.plan import COMPLETED, HEALTHY, STARTED, Await, Check, PlannedBuild, PlannedService, StackPlan
from tools.sandbox.stack.receipt import Answer, EventKind, StackReceipt
from tools.sandbox.stack.runner import StackRun
from tools.uploads.files import SourceFile

UP = ContainerState(running=True)
WELL, ILL = replace(UP, health="healthy"), replace(UP, health="unhealthy", health_said="refused")
STARTING = replace(UP, health="starting")
SOURCE = SourceFile("Dockerfile", b"FROM scratch\n")
BUILD = PlannedBuild(Context("Dockerfile", (SOURCE,), SOURCE))
CHECK = Check(("CMD", "true"))


def ended(code: int) -> ContainerState:
    return ContainerState(running=False, exit_code=code)


@dataclass
class ScriptedEngine:
    """`script` gives a service's state by the seconds since it was started; after a stop it has ended with `codes`."""

    script: dict[str, Callable[[float], ContainerState]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    open_ports: dict[str, frozenset[Listening]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    time: float = 0.0
    started: dict[str, float] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def prepare(self, plan: StackPlan) -> None: ...

    def create(self, service: PlannedService, image: str) -> ImageFacts:
        return ImageFacts()

    def start(self, name: str) -> None:
        if name in self.refused:
            raise StartRefused("exec: no such file or directory")
        self.started[name] = self.time

    def look(self, name: str) -> ContainerState:
        if name in self.stopped:
            return ended(self.codes.get(name, 0))
        scripted = self.script.get(name)
        return scripted(self.time - self.started[name]) if scripted else UP

    def sockets(self, name: str) -> frozenset[Listening] | None:
        return self.open_ports.get(name, frozenset())

    def log(self, name: str) -> str:
        return f"log of {name}"

    def ask(self, service: PlannedService, port: str, path: str) -> Answer | None:
        return Answer(service.name, port, connected=True, status=200, path=path)

    def stop(self, name: str, seconds: float) -> None:
        self.stopped.append(name)
        self.time += 0.2


def service(name: str, *awaits: Await, check: Check | None = None, ports: tuple[str, ...] = ()) -> PlannedService:
    return PlannedService(name, 1, build=BUILD, awaits=awaits, check=check, ports=ports, networks={"default": ()})


def run(engine: ScriptedEngine, *services: PlannedService, over: Callable[[], str] = lambda: "") -> StackReceipt:
    plan = StackPlan("compose.yaml", services)
    images = {one.name: "image" for one in services}
    running = StackRun(plan, engine, images, WatchTimes(settle=1), over, now=engine.now, sleep=engine.sleep)
    done = running.run()
    return StackReceipt(
        "compose.yaml",
        done,
        tuple(running.events),
        tuple(running.waits),
        tuple(running.answers),
        ended_by=running.ended_by,
        up_seconds=running.up_seconds,
    )


def kinds(receipt: StackReceipt, name: str) -> list[EventKind]:
    return [event.kind for event in receipt.events if event.service == name]


def test_a_dependant_is_started_once_its_database_is_healthy_and_its_job_is_done() -> None:
    engine = ScriptedEngine(
        {
            "db": lambda passed: WELL if passed > 4 else STARTING,
            "migrate": lambda passed: ended(0) if passed > 2 else UP,
            "api": lambda passed: WELL if passed > 1 else STARTING,
        }
    )
    receipt = run(
        engine,
        service("api", Await("db", HEALTHY), Await("migrate", COMPLETED), check=CHECK),
        service("migrate", Await("db", HEALTHY)),
        service("db", check=CHECK),
    )
    assert receipt.came_up
    assert list(engine.started) == ["db", "migrate", "api"]
    assert engine.started["migrate"] > 4
    assert engine.started["api"] > 6
    assert engine.stopped == ["api", "db"]
    assert 7 < receipt.up_seconds < 9
    waits = {(wait.service, wait.needed): wait.met for wait in receipt.waits}
    assert waits == {("migrate", "db"): True, ("api", "db"): True, ("api", "migrate"): True}
    assert kinds(receipt, "db") == [EventKind.STARTED, EventKind.HEALTHY, EventKind.STOPPED]


def test_what_waits_for_a_database_that_stays_ill_is_not_started() -> None:
    engine = ScriptedEngine({"db": lambda passed: ILL if passed > 3 else STARTING})
    receipt = run(engine, service("api", Await("db", HEALTHY)), service("db", check=CHECK))
    assert "api" not in engine.started
    assert not receipt.came_up
    assert [(wait.service, wait.needed) for wait in receipt.waits_in_vain] == [("api", "db")]
    api = receipt.service("api")
    assert api is not None
    assert "it waits for `db` to be healthy, and that is unhealthy" in api.why


@pytest.mark.parametrize(
    ("state", "condition", "why"),
    [
        (ended(1), COMPLETED, "that ended with exit code 1"),
        (ended(1), HEALTHY, "that has no health check"),
    ],
)
def test_why_a_wait_was_in_vain(state: ContainerState, condition: str, why: str) -> None:
    receipt = run(
        ScriptedEngine({"other": lambda _: state}), service("api", Await("other", condition)), service("other")
    )
    assert why in str(receipt.services[0].why)


def test_a_short_wait_is_for_the_start_alone() -> None:
    engine = ScriptedEngine({"db": lambda passed: WELL if passed > 9 else STARTING, "api": lambda _: ended(1)})
    receipt = run(engine, service("api", Await("db", STARTED)), service("db", check=CHECK))
    assert engine.started["api"] < 1
    api = receipt.service("api")
    assert api is not None
    assert [lacking.id for lacking in api.shortcomings] == ["crashed"]
    assert api.run is not None
    assert api.run.watched < 1


def test_a_crash_loop_ends_the_watch() -> None:
    engine = ScriptedEngine({"api": lambda passed: replace(UP, restarts=int(passed), restarting=passed % 1 > 0.5)})
    receipt = run(engine, service("api"))
    assert engine.time < 8
    assert [lacking.id for lacking in receipt.services[0].shortcomings] == ["crash-loop"]
    assert kinds(receipt, "api").count(EventKind.RESTARTED) == 3


def test_ports_are_looked_at_and_asked() -> None:
    engine = ScriptedEngine(open_ports={"api": frozenset({Listening(8000, is_local=False)})})
    receipt = run(engine, service("api", ports=("8000/tcp", "9000/udp")))
    assert receipt.answers == (Answer("api", "8000/tcp", connected=True, status=200, path="/"),)
    run_report = receipt.services[0].run
    assert run_report is not None
    assert [port.reach for port in run_report.ports] == [Reach.OUTSIDE]


def test_what_listens_to_itself_does_not_pass() -> None:
    engine = ScriptedEngine(open_ports={"api": frozenset({Listening(8000, is_local=True)})})
    assert run(engine, service("api", ports=("8000/tcp",))).services[0].shortcomings[0].id == "loopback-only"


def test_a_service_without_a_check_is_watched_for_the_whole_window() -> None:
    engine = ScriptedEngine({"api": lambda passed: ended(1) if passed > 15 else UP})
    assert run(engine, service("api")).services[0].shortcomings[0].id == "crashed"


def test_a_start_that_the_engine_refuses_has_its_reason() -> None:
    receipt = run(ScriptedEngine(refused=frozenset({"api"})), service("api"), service("web", Await("api")))
    assert (
        receipt.services[0].shortcomings[0].text.startswith("It did not start. The command of the image is not where")
    )
    assert "that was not started" in receipt.services[1].why


def test_a_limit_ends_the_run_and_everything_is_stopped() -> None:
    engine = ScriptedEngine()
    receipt = run(engine, service("api"), service("db"), over=lambda: "too much" if engine.time > 5 else "")
    assert (receipt.ended_by, receipt.came_up) == ("too much", False)
    assert sorted(engine.stopped) == ["api", "db"]


def test_how_it_stops_counts_for_what_was_built_here_only() -> None:
    engine = ScriptedEngine(codes={"api": 1, "db": 1})
    receipt = run(engine, service("api"), replace(service("db"), build=None, image="postgres:17"))
    assert [[lacking.id for lacking in one.shortcomings] for one in receipt.services] == [["stopped-badly"], []]


def test_its_own_check_says_what_is_asked_for() -> None:
    check = Check(("CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"))
    engine = ScriptedEngine({"api": lambda _: WELL})
    receipt = run(engine, service("api", check=check, ports=("8000/tcp",)))
    assert [answer.path for answer in receipt.answers] == ["/health"]
