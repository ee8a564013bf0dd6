"""Blueprints on a real engine, confined: they start in order, reach each other alone, and leave nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.engine.port import client
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.run_report import WatchTimes
from tools.sandbox.stack.blueprint import Blueprints
from tools.sandbox.stack.leavings import LABEL, OWNER, sweep
from tools.sandbox.stack.receipt import EventKind
from tools.uploads.files import SourceFile, Upload

pytestmark = pytest.mark.engine
DOCKERFILE = """FROM busybox:stable
COPY start.sh /start.sh
USER 1000
EXPOSE 8000
CMD ["sh", "/start.sh"]
"""
START = """trap 'exit 0' TERM
nc -w 2 db 5432 </dev/null || { echo "db: no connection"; exit 1; }
test "$(cat /run/secrets/key)" = dummy-key || exit 2
mkdir -p /tmp/w && echo "$GREETING" >/tmp/w/index.html
httpd -f -p 8000 -h /tmp/w &
wait
"""
COMPOSE = """services:
  api:
    build: .
    environment: {GREETING: "hello ${NAME}"}
    secrets: [key]
    ports: ["8000:8000"]
    depends_on: {db: {condition: service_healthy}}
  db:
    image: busybox:1.36
    command: sh -c "trap 'exit 0' TERM; sleep 1; httpd -f -p 5432 & wait"
    healthcheck: {test: nc -w 1 127.0.0.1 5432 </dev/null, interval: 5s}
    volumes: [data:/data]
    privileged: true
secrets: {key: {file: key.txt}}
volumes: {data: {}}
"""


@pytest.fixture(scope="module")
def blueprints(lab: LabEngine) -> Blueprints:
    return Blueprints(BuildKit(lab, WatchTimes(least=3, settle=0.5)))


def up(blueprints: Blueprints, compose: str) -> BuildReceipt:
    files = {"compose.yaml": compose, "Dockerfile": DOCKERFILE, "start.sh": START}
    sent = Upload.of(SourceFile(path, text.encode()) for path, text in files.items())
    return blueprints.up(sent, on_progress=lambda _: None, cancelled=lambda: False)


def test_a_blueprint_comes_up_in_its_order_and_answers(blueprints: Blueprints, lab: LabEngine) -> None:
    receipt = up(blueprints, COMPOSE)
    stack = receipt.stack
    assert stack is not None
    assert receipt.builds_and_runs, (receipt, stack.events)
    assert stack.came_up
    first = {event.kind: event for event in reversed(stack.events) if event.service == "db"}
    api = next(event for event in stack.events if event.service == "api" and event.kind is EventKind.STARTED)
    assert first[EventKind.HEALTHY].seconds <= api.seconds
    assert ("api", 200) in [(answer.service, answer.status) for answer in stack.answers]
    assert any("`privileged` of `db`" in sentence for sentence in stack.left_out)
    assert "`busybox:1.36` is not here: `busybox:stable` stands in for it." in stack.notes
    with client(lab.base_url) as opened:
        assert not opened.containers.list(all=True)
        assert not [network for network in opened.networks.list() if network.name.startswith("tutor-")]
        assert not opened.volumes.list()


def test_a_dependant_that_does_not_wait_shows_what_came_of_it(blueprints: Blueprints) -> None:
    hasty = COMPOSE.replace("service_healthy", "service_started").replace("sleep 1;", "sleep 9;")
    receipt = up(blueprints, hasty)
    assert (receipt.outcome, receipt.builds_and_runs) == (Outcome.BUILT, False)
    assert receipt.shortcomings[0].text.startswith("`api`: It started and ended with exit code 1")
    assert receipt.stack is not None
    api = receipt.stack.service("api")
    assert api is not None
    assert api.run is not None
    assert "db: no connection" in api.run.log


@pytest.fixture
def leavings(lab: LabEngine) -> Iterator[str]:
    """Of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    labels = {LABEL: "tutor-of-the-dead", OWNER: f"{process.pid}:1"}
    with client(lab.base_url) as opened:
        opened.networks.create("tutor-of-the-dead_default", internal=True, labels=labels)
        opened.volumes.create("tutor-of-the-dead_data", labels=labels)
        opened.containers.create("busybox:stable", ["sleep", "60"], name="tutor-of-the-dead_api", labels=labels)
        yield "tutor-of-the-dead"
        with suppress(Exception):
            opened.containers.get("tutor-of-the-dead_api").remove(force=True)


def test_what_a_killed_process_left_is_cleared(lab: LabEngine, leavings: str) -> None:
    with client(lab.base_url) as opened:
        assert sweep(opened) == 1
        assert sweep(opened) == 0
        assert not opened.containers.list(all=True)
        assert not opened.volumes.list()
