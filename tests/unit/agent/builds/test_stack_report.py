"""What a learner is told of a run of their blueprint."""

from __future__ import annotations

from dataclasses import replace

from agent.builds.reports import told
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.run_report import RULES, RunReport
from tools.sandbox.stack.receipt import EventKind, ServiceReport, StackEvent, StackReceipt

UP = RunReport(True, True, None, 0.2, rules=RULES, watched=8.0, stop_code=0, log="listening")
CRASHED = replace(UP, stayed_up=False, exit_code=1, stop_seconds=None, log="db: no connection", watched=2.0)
API = ServiceReport("api", "", is_built=True, run=UP)
DB = ServiceReport("db", "postgres:17", is_built=False, run=UP)
EVENTS = (
    StackEvent(0.4, "db", EventKind.STARTED, "starts"),
    StackEvent(6.1, "api", EventKind.STARTED, "starts, now that `db` is healthy"),
)
STACK = StackReceipt(
    "compose.yaml",
    (API, DB),
    EVENTS,
    left_out=("`privileged` of `db` asks for rights on the host: left out",),
    notes=("I made up values for `PW`.",),
    up_seconds=6.4,
)
RECEIPT = BuildReceipt("sha256:in", Outcome.BUILT, "Your image was built.", stack=STACK)


def test_a_stack_that_came_up_shows_its_timeline_and_asks_nothing() -> None:
    reply = told(RECEIPT)
    assert reply.text.startswith("**The blueprint came up** in 6.4 s: 2 services")
    assert "   0.4 s  db   starts\n   6.1 s  api  starts, now that db is healthy" in reply.text
    assert "Left out: `privileged` of `db` asks for rights on the host: left out." in reply.text
    assert "?" not in reply.text
    assert [action.id for action in reply.actions] == ["submit"]


def test_the_cause_is_named_and_what_waited_for_it_is_not() -> None:
    waiting = ServiceReport("web", "", is_built=True, why="It was not started: it waits for `api` to be healthy.")
    stack = replace(STACK, services=(replace(API, run=CRASHED), DB, waiting))
    text = told(replace(RECEIPT, stack=stack)).text
    assert "**The blueprint did not come up whole**: look at `api`." in text
    assert "`api`: It started and ended with exit code 1 after 2 s." in text
    assert "db: no connection" in text
    assert text.count("?") == 1
    assert text.endswith("What does the last line that it printed tell you?")


def test_a_stack_that_was_ended_says_by_what() -> None:
    text = told(replace(RECEIPT, stack=replace(STACK, ended_by="it used more memory than a stack is given"))).text
    assert text.startswith("**The stack was ended**: it used more memory than a stack is given.")


def test_a_build_that_failed_is_told_as_a_build() -> None:
    receipt = replace(RECEIPT, outcome=Outcome.FAILED, summary="It failed.", stack=StackReceipt("compose.yaml"))
    assert told(receipt).text.startswith("**The build ended**: It failed.")
