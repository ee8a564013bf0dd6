"""Turns in order for each conversation, each once, and none lost when the process is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from agent.builds.requests import BuildRequests
from agent.delivery.durable_queues import DurableQueues
from agent.domain.turn import BuildRequest
from agent.storage.database import Storage

ROOT = Path(__file__).parents[4]
# A process that runs turns and notes what it did; the first time, it hangs in the middle of turn "b".
WORKER = """
import sys, time
from pathlib import Path
from agent.delivery.durable_queues import DurableQueues

url, notes, mode = sys.argv[1], Path(sys.argv[2]), sys.argv[3]

def note(text):
    with notes.open("a") as file:
        file.write(text + "\\n")

def run_turn(key):
    note(f"begin {key}")
    if mode == "hang" and key == "b":
        time.sleep(600)
    note(f"end {key}")

with DurableQueues(url, run_turn=run_turn, run_build=note, run_tidy=note) as jobs:
    if mode == "hang":
        for key in "abc":
            jobs.submit_turn(key, "conversation")
    while "end c" not in notes.read_text():
        time.sleep(0.02)
"""


def _eventually(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_turns_keep_their_order_in_a_conversation_and_run_beside_other_conversations(database_url: str) -> None:
    done: list[str] = []
    running: list[str] = []
    beside = threading.Event()

    def run_turn(key: str) -> None:
        conversation = key[0]
        assert conversation not in running, "two turns of one conversation at once"
        running.append(conversation)
        if len(running) > 1:
            beside.set()
        beside.wait(5)
        running.remove(conversation)
        done.append(key)

    with DurableQueues(database_url, run_turn=run_turn, run_build=done.append, run_tidy=done.append) as jobs:
        for number in range(4):
            for conversation in "xy":
                jobs.submit_turn(f"{conversation}{number}", conversation)
                jobs.submit_turn(f"{conversation}{number}", conversation)
        jobs.submit_build("build")
        jobs.submit_build("build")
        _eventually(lambda: len(done) >= 9)
        jobs.submit_turn("x0", "x")
        time.sleep(0.3)
    assert [key for key in done if key[0] == "x"] == ["x0", "x1", "x2", "x3"]
    assert [key for key in done if key[0] == "y"] == ["y0", "y1", "y2", "y3"]
    assert done.count("build") == 1
    assert beside.is_set()


def test_a_turn_cut_off_by_a_kill_runs_again_after_a_restart(database_url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.touch()

    def start(mode: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", WORKER, database_url, str(notes), mode], cwd=ROOT)

    with start("hang") as first:
        _eventually(lambda: "begin b" in notes.read_text())
        first.send_signal(signal.SIGKILL)
    with start("resume") as second:
        assert second.wait(60) == 0
    assert notes.read_text().split("\n")[:-1] == ["begin a", "end a", "begin b", "begin b", "end b", "begin c", "end c"]


def test_a_turn_that_fails_is_tried_again(tmp_path: Path) -> None:
    tries: list[str] = []

    def run_turn(key: str) -> None:
        tries.append(key)
        if len(tries) < 2:
            raise ConnectionError

    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    with DurableQueues(url, run_turn=run_turn, run_build=tries.append, run_tidy=tries.append) as jobs:
        jobs.submit_turn("a", "c")
        _eventually(lambda: len(tries) == 2)


def test_a_turn_may_ask_for_a_build(tmp_path: Path) -> None:
    """As the button does: the build is a job of its own, not a part of the turn."""
    built: list[str] = []
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    with DurableQueues(
        url, run_turn=lambda key: jobs.submit_build(f"{key}:build"), run_build=built.append, run_tidy=built.append
    ) as jobs:
        jobs.submit_turn("a", "c")
        _eventually(lambda: built == ["a:build"])


def test_a_conversation_is_tidied_between_its_turns_and_once_a_day(database_url: str) -> None:
    done: list[str] = []
    with DurableQueues(database_url, run_turn=done.append, run_build=done.append, run_tidy=done.append) as jobs:
        jobs.submit_tidy("c")
        jobs.submit_tidy("c")
        jobs.submit_turn("a", "c")
        _eventually(lambda: len(done) >= 2)
    assert done == ["c", "a"]


REQUEST = BuildRequest("m1:build", "T1:U1", "first", "m1", "T1:D1")


def test_a_build_is_remembered_with_the_place_of_its_progress(storage: Storage) -> None:
    jobs = BuildRequests(storage)
    assert jobs.load("m1:build") is None
    jobs.put(REQUEST, {"channel": "D1", "ts": "1.2"})
    jobs.put(REQUEST, {"channel": "elsewhere"})
    assert jobs.load("m1:build") == (REQUEST, {"channel": "D1", "ts": "1.2"})


def test_only_its_learner_stops_a_build_and_only_while_it_lasts(storage: Storage) -> None:
    jobs = BuildRequests(storage)
    jobs.put(REQUEST, {})
    assert not jobs.stop("m1:build", "T1:U2")
    assert not jobs.is_stopped("m1:build")
    assert jobs.stop("m1:build", "T1:U1")
    assert jobs.is_stopped("m1:build")
    jobs.put(BuildRequest("m2:build", "T1:U1", "first", "m2", "T1:D1"), {})
    jobs.done("m2:build")
    assert not jobs.stop("m2:build", "T1:U1")
    assert jobs.is_stopped("m404:build")
