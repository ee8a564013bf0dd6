"""Hostile uploads with what must come of each: the verdict, the longest time, what must not be said, what may not stay.

A row of the catalogue is a folder with a `case.yaml`; `how` says through which door its cases come. Those that need an
engine run on a real one, confined as the product confines it, and are shown as not run where there is none.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.builds.reports import told
from integrations.slack.blocks import messages
from tests.hostile import inputs
from tools.errors import ToolError
from tools.inspection.inspector import inspect
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.image import running
from tools.sandbox.lab.cgroups import Cgroup
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.lab.limits import LabLimits
from tools.sandbox.run_report import WatchTimes
from tools.uploads.archives.expanding import _sentences, expand
from tools.uploads.files import SourceFile, Upload

FOLDER = Path(__file__).parent
CATALOGUE = [f"{letter}{number:02}" for letter, last in zip("CSBRK", (20, 29, 19, 7, 18), strict=True)
             for number in range(1, last + 1)] + ["O1", "O2"]  # fmt: skip
# Rows about what is said in the chat have tests where the chat is.
ELSEWHERE = {
    "O1": "tests/integration/agent/conversation/test_teaching.py",
    "O2": "tests/integration/agent/grading/test_submissions.py",
}
CANARY = "canary-5f2c9e"
PRIVATE = (CANARY, "/run/tutor-lab", "/root/", "test-lab-", "Traceback", "docker.sock")
# docker-py leaves the socket of an engine open that dies under it.
pytestmark = [pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@dataclass(frozen=True)
class Case:
    row: str
    name: str
    expect: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.row} {self.name}"

    def files(self, make: str | None = None, /, **facts: int) -> dict[str, bytes]:
        name = make or self.expect.get("make")
        if name is None:
            return {path: text.encode() for path, text in self.expect["files"].items()}
        found: dict[str, bytes] = (
            inputs.archive(name) if self.expect["how"] == "archive" else getattr(inputs, name)(**facts)
        )
        return found

    def upload(self, make: str | None = None, /, **facts: int) -> Upload:
        return Upload.of(SourceFile(path, data) for path, data in self.files(make, **facts).items())


def _cases(how: str) -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*/case.yaml")):
        row = yaml.safe_load(file.read_text("utf-8"))
        for name, expect in row["cases"].items():
            if expect["how"] == how:
                found.append(pytest.param(Case(file.parent.name, name, expect), id=f"{file.parent.name}-{name}"))
    return found


def test_every_row_of_the_catalogue_has_cases_or_a_test_elsewhere() -> None:
    there = {file.parent.name for file in FOLDER.glob("*/case.yaml")}
    assert sorted(there | set(ELSEWHERE)) == sorted(CATALOGUE)
    assert all((FOLDER.parents[1] / test).exists() for test in ELSEWHERE.values())


@contextmanager
def _in_time(case: Case) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun <= case.expect["seconds"] * SLACK


# Other work on the machine is not the upload's; the wall of the build itself is measured by the builder.
SLACK = float(os.environ.get("HOSTILE_SLACK", "3"))


def _says_nothing_private(case: Case, *texts: str) -> None:
    said = "\n".join(texts)
    for word in (*PRIVATE, *case.expect.get("absent", ())):
        assert word not in said, word


@pytest.mark.parametrize("case", _cases("archive"))
def test_archives(case: Case) -> None:
    files = [SourceFile(path, data) for path, data in case.files().items()]
    with _in_time(case):
        expanded = expand(files)
    _says_nothing_private(case, *expanded.refused)
    if code := case.expect.get("refused"):
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", _sentences()[code])]
        assert re.search(".*".join(parts), expanded.refused[0]), expanded.refused
        assert expanded.files == ()
        return
    if not case.expect.get("either"):
        assert expanded.refused == ()
    assert {*case.expect.get("contains", ())} <= {file.path for file in expanded.files}


class Untouched:
    """An engine that offers one image and must not be asked for anything else."""

    base_url, network, build_arguments, isolated, limits = "unix:///nowhere", "none", (), True, LabLimits()
    processes = Path("/nowhere")

    def status(self) -> Any:
        raise AssertionError("the engine was asked")

    def job(self) -> Any:
        raise AssertionError("the engine was used")

    def recover(self) -> None:
        raise AssertionError("the engine was used")

    def allows(self, reference: str) -> bool:
        return reference == "busybox:stable"

    def named(self, dockerfile: str) -> str:
        raise AssertionError("the engine was used")

    def offered(self) -> tuple[str, ...]:
        return ("busybox:stable",)


@pytest.mark.parametrize("case", _cases("static"))
def test_what_is_refused_before_an_engine_is_touched(case: Case) -> None:
    with _in_time(case):
        receipt = _build(BuildKit(Untouched()), case.upload())
    assert receipt.outcome is Outcome.REFUSED
    wanted = case.expect["refused"]
    assert receipt.cause in ([wanted] if isinstance(wanted, str) else wanted)
    assert receipt.summary
    _says_nothing_private(case, repr(receipt), told(receipt).text)
    assert all(word in receipt.summary for word in case.expect.get("present", ()))


@pytest.mark.parametrize("case", _cases("inspect"))
def test_what_is_only_read(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    unreadable = case.expect.get("unreadable", False)
    with _in_time(case):
        try:
            found = inspect(case.upload())
        except ToolError as error:
            assert unreadable
            _says_nothing_private(case, str(error))
            return
    texts = [finding.message + finding.question for finding in found.findings]
    _says_nothing_private(case, *texts)
    rules = {finding.rule for finding in found.findings}
    assert {*case.expect.get("rules", ())} <= rules
    assert unreadable is not True or any("unreadable" in rule for rule in rules), rules


def _build(builder: BuildKit, upload: Upload, cancel_after: float = 1e9) -> BuildReceipt:
    begun = time.monotonic()
    return builder.build(upload, on_progress=lambda _: None, cancelled=lambda: time.monotonic() - begun > cancel_after)


@pytest.mark.engine
@pytest.mark.parametrize("case", _cases("build"))
def test_what_is_built_on_a_real_engine(case: Case, lab: LabEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    monkeypatch.setattr(running, "STOP_SECONDS", 3)
    builder = BuildKit(lab, WatchTimes(least=1.0, most=4.0, settle=0.5))
    with _listening() as (port, heard):
        facts = {"port": port} if "heard" in case.expect else {}
        if before := case.expect.get("after"):
            assert _build(builder, case.upload(before)).outcome is Outcome.BUILT
        receipt = _run(case, builder, case.upload(**facts), lab)
    assert heard == []
    wanted = case.expect["outcome"]
    assert receipt.outcome in ([wanted] if isinstance(wanted, str) else wanted), receipt
    reply = told(receipt)
    _says_nothing_private(case, repr(receipt), reply.text)
    _as_it_looks_in_slack(case, receipt)
    _of_the_run(case, receipt)
    assert len(reply.text) <= case.expect.get("longest", 4_000)
    _left_nothing(lab)
    if receipt.outcome is not Outcome.BUILT:
        after = Upload.of([SourceFile("Dockerfile", b"FROM busybox:stable\nRUN true\n")])
        assert _build(builder, after, 6).outcome in (Outcome.BUILT, Outcome.CANCELLED)


def _run(case: Case, builder: BuildKit, upload: Upload, lab: LabEngine) -> BuildReceipt:
    threads = []
    if after := case.expect.get("kill_engine"):
        threads.append(threading.Timer(after, _kill, [lab]))
    if case.expect.get("beside"):
        threads.append(threading.Timer(0, lambda: _build(builder, upload)))
    for thread in threads:
        thread.start()
    with _in_time(case):
        receipt = _build(builder, upload, case.expect.get("cancel", 1e9))
    for thread in threads:
        thread.join()
    return receipt


def _kill(lab: LabEngine) -> None:
    with suppress(ProcessLookupError):
        os.kill(lab.lab.state.process, signal.SIGKILL)


def _as_it_looks_in_slack(case: Case, receipt: BuildReceipt) -> None:
    shown = repr(messages(told(receipt)))
    for word in case.expect.get("slack_absent", ()):
        assert word not in shown


def _of_the_run(case: Case, receipt: BuildReceipt) -> None:
    run = receipt.run
    if "started" in case.expect:
        assert run is not None
        assert run.started is case.expect["started"]
    if "exit" in case.expect:
        assert run is not None
        assert run.exit_code == case.expect["exit"]
    if "stops" in case.expect:
        assert run is not None
        assert run.stop_seconds is None
    if "shown" in case.expect:
        assert run is not None
        assert case.expect["shown"] in run.log
    if "not_shown" in case.expect:
        assert run is not None
        assert case.expect["not_shown"] not in run.log
    if case.expect.get("found"):
        assert receipt.secrets


def _left_nothing(lab: LabEngine) -> None:
    """No container, no image, no process, no control group, no temporary folder."""
    jobs = Cgroup(lab.lab.places.cgroup) / "jobs"
    assert [name for name in jobs.below() if name.startswith("job-")] == []
    assert jobs.processes() == set()
    with suppress(OSError), lab.lab.client() as client:
        assert client.containers.list(all=True) == []
        assert client.volumes.list() == []
        tags = {tag for image in client.images.list() for tag in image.tags}
        assert tags <= {*lab.offered(), "tutor/probe:latest"}


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """Of our own, on loopback: whatever calls it has left its namespace."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                with suppress(TimeoutError):
                    connection, address = server.accept()
                    heard.append(str(address))
                    connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        done.set()
        thread.join()
