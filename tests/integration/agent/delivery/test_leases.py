"""Work outlives the process that began it: whoever lives takes it over, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.delivery.leases import Leases, born, machine_name
from agent.storage.database import Storage

ROOT = Path(__file__).parents[4]
SOON = {"beat": 0.1, "silent": 0.6}
TURNS, PLACES = 12, 4
# A process of many: it notes the turns that it begins and ends.
WORKER = """
import sys, time
from pathlib import Path
from agent.delivery.durable_queues import DurableQueues
from agent.delivery.leases import Leases
from agent.storage.database import Storage

url, folder, machine, stays = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4] == "stays"

def note(kind, key):
    (folder / f"{kind}-{key}-{machine}").touch()

def run_turn(key):
    note("begin", key)
    time.sleep(0.05 if stays else 600)
    note("end", key)

with Storage.open(url, migrate=False) as storage, Leases(storage, machine=machine, beat=0.2, silent=2.5) as leases:
    with DurableQueues(url, run_turn=run_turn, run_build=print, run_tidy=print, executor=leases.name) as jobs:
        with leases.watching(jobs.take_over):
            note("ready", "")
            time.sleep(600)
"""


def _until(holds: object, *, seconds: float = 40) -> None:
    assert callable(holds)
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def storage_of_one(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Storage]:
    file = tmp_path / "tutor.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with Storage.open(f"sqlite:///{file}", migrate=False) as opened:
        yield opened


def test_a_process_that_falls_silent_elsewhere_is_taken_over_and_one_that_works_is_not(storage_of_one: Storage) -> None:
    taken: list[str] = []
    silent = Leases(storage_of_one, machine="a", beat=600)
    with Leases(storage_of_one, machine="b", **SOON), Leases(storage_of_one, machine="c", **SOON) as watcher, silent:
        with watcher.watching(taken.append):
            assert taken == []
            _until(lambda: taken)
        assert taken == [silent.name]
        assert silent.name not in watcher.names()
        silent._beat()
        assert silent.name in watcher.names(), "it was not dead after all, and works on"


def test_what_ended_in_order_or_died_on_this_machine_is_taken_over_at_once(storage_of_one: Storage) -> None:
    with Leases(storage_of_one, machine="a") as ended:
        pass
    code = "import sys; from agent.delivery.leases import *; from agent.storage.database import Storage\n"
    code += "Leases(Storage.open(sys.argv[1], migrate=False)).__enter__(); os._exit(9)"
    url = str(storage_of_one.engine.url)
    assert subprocess.run([sys.executable, "-c", code, url], cwd=ROOT, check=False).returncode == 9
    taken: list[str] = []
    with Leases(storage_of_one) as here, here.watching(taken.append):
        assert len(taken) == 2
        assert ended.name in taken
        assert list(here.names()) == [here.name]


def test_a_lease_that_could_not_be_renewed_is_said(storage_of_one: Storage) -> None:
    with Leases(storage_of_one, beat=600, silent=0.0) as late:
        assert "others take over" in late.fault()
    with Leases(storage_of_one) as renewed:
        assert renewed.fault() == ""


def test_a_process_id_alone_tells_nothing() -> None:
    assert born(os.getpid()) > 0
    assert born(2**22 + 1) == 0
    assert machine_name() == machine_name()


@pytest.mark.postgres
def test_of_three_processes_two_are_killed_and_every_turn_ends_once(postgres_storage_url: str, tmp_path: Path) -> None:
    """Two hold turns that never end; the third lives elsewhere, so nothing but their silence tells."""
    with ExitStack() as stack:

        def start(machine: str, stays: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-c", WORKER, postgres_storage_url, str(tmp_path), machine, stays]
            process = stack.enter_context(subprocess.Popen(command, cwd=ROOT))
            stack.callback(process.kill)
            return process

        doomed = [start("a", "hangs"), start("b", "hangs")]
        _until(lambda: len(list(tmp_path.glob("ready-*"))) == 2)
        _submit(postgres_storage_url)
        _until(lambda: len(list(tmp_path.glob("begin-*"))) >= PLACES)  # the others wait under a name, too
        for process in doomed:
            process.send_signal(signal.SIGKILL)
            process.wait()
        start("c", "stays")
        _until(lambda: len(list(tmp_path.glob("end-*"))) == TURNS)
    assert set(Counter(map(_turn, tmp_path.glob("end-*"))).values()) == {1}


def _turn(path: Path) -> str:
    return path.name.split("-")[1]


def _submit(url: str) -> None:
    from dbos import DBOSClient, EnqueueOptions  # noqa: PLC0415 - of this one test

    client = DBOSClient(system_database_url=url)
    for number in range(TURNS):
        options: EnqueueOptions = {
            "queue_name": "turns",
            "workflow_name": "turn",
            "workflow_id": f"turn:{number}",
            "queue_partition_key": str(number),
            "app_version": "jobs-2",
        }
        client.enqueue(options, f"t{number}")
    client.destroy()
