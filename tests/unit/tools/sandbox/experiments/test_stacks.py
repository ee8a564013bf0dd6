"""What an experiment measures of a stack that ran."""

from __future__ import annotations

from tools.sandbox.experiments.stacks import measured
from tools.sandbox.run_report import RULES, RunReport
from tools.sandbox.stack.receipt import LOOP, Answer, EventKind, ServiceReport, StackEvent, StackReceipt


def _run(*, stayed_up: bool = True, code: int | None = None, log: str = "", memory: bool = False) -> RunReport:
    return RunReport(True, stayed_up, code, None, log=log, rules=RULES, out_of_memory=memory)


STACK = StackReceipt(
    "compose.yaml",
    services=(
        ServiceReport("api", "busybox", is_built=False, run=_run(stayed_up=False, code=1, log="db: refused\nbye")),
        ServiceReport("db", "busybox", is_built=False, run=_run(), restarts=LOOP),
        ServiceReport("late", "busybox", is_built=False, why="It was not started: nothing came."),
        ServiceReport("model", "busybox", is_built=False, run=_run(stayed_up=False, code=137, memory=True)),
    ),
    events=(StackEvent(0.4, "db", EventKind.STARTED, "starts"), StackEvent(1.0, "`api`", EventKind.ENDED, "ended")),
    answers=(Answer("db", "5432/tcp", connected=True), Answer("model", "80/tcp", connected=False)),
)


def test_each_service_is_measured_under_its_step_and_name() -> None:
    values = dict(measured("stack", STACK))
    assert values["stack.api.output"] == "db: refused; bye"
    assert (values["stack.api.state"], values["stack.api.code"]) == ("ended", "1")
    assert (values["stack.db.state"], values["stack.db.restarts"], values["stack.db.code"]) == ("running", "3", "")
    assert (values["stack.late.state"], values["stack.late.output"]) == ("not started", "(nothing)")
    assert (values["stack.model.memory"], values["stack.api.memory"]) == ("ran out of it", "enough")
    assert (values["stack.db.began"], values["stack.api.began"]) == ("0.4", "")


def test_an_answer_is_told_as_another_container_gets_it() -> None:
    values = dict(measured("stack", STACK))
    answers = (values[f"stack.{name}.answers"] for name in ("db", "model", "api"))
    assert tuple(answers) == ("connected", "nobody", "was not asked")


def test_the_timeline_is_a_row_an_event() -> None:
    assert dict(measured("stack", STACK))["stack.timeline"] == "   0.4 s  db     starts\n   1.0 s  api  ended"
