"""A worker that is killed at any step of a build: nothing of it goes on, the job gets a name, the next build works."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.builds.requests import BuildRequests
from agent.domain.turn import BuildRequest
from agent.storage.database import Storage
from tools.sandbox.lab.cgroups import Cgroup
from tools.sandbox.lab.engine import LabEngine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[4]
NAMED_SECONDS = 30
WORKER = """
import sys, time
from pathlib import Path
from agent.builds.requests import BuildRequests
from agent.delivery.durable_queues import DurableQueues
from agent.storage.database import Storage
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.opening import tend
from tools.sandbox.run_report import WatchTimes
from tools.uploads.files import SourceFile, Upload
from tools.sandbox.lab.engine import open_lab

url, notes, folder, wanted = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
storage = Storage.open(url)
watched = WatchTimes(least=20 if wanted[0] == "while its image runs" else 0.5, settle=0.5)
line, builder = BuildRequests(storage), BuildKit(open_lab(folder), watched)

def note(text):
    with notes.open("a") as file:
        file.write(text + "\\n")

def run_build(turn):
    taken = line.take(turn)
    if taken is None or taken.cut_off:
        if taken:
            line.done(taken.job_id, cut_off=True)
        return
    note(f"taken {taken.job_id}")
    sleep = "1" if taken.job_id == "next" else "20" if sys.argv[4] == "in a step" else "0"
    text = f'FROM busybox:stable\\nRUN echo {taken.job_id}; sleep {sleep}\\nCMD ["sleep", "60"]\\n'
    receipt = builder.build(
        Upload.of([SourceFile("Dockerfile", text.encode())]),
        on_progress=lambda progress: note(f"step {progress.step}"),
        cancelled=lambda: line.is_stopped(taken.job_id),
    )
    note(f"{taken.job_id} {receipt.outcome.value}")
    line.done(taken.job_id)

tend(builder)
with DurableQueues(url, run_turn=note, run_build=run_build, run_tidy=note) as jobs:
    for job in sys.argv[5:]:
        jobs.submit_build(job)
    note("up")
    while "next" not in notes.read_text().split("taken next")[-1] or "taken next" not in notes.read_text():
        time.sleep(0.05)
"""


def _eventually(holds: Callable[[], bool], *, seconds: float = 60) -> float:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - begun


@pytest.mark.parametrize("moment", ["as it is taken", "in a step", "while its image runs"])
def test_a_worker_is_killed(lab: LabEngine, tmp_path: Path, moment: str) -> None:
    notes, url = tmp_path / "notes", f"sqlite:///{tmp_path / 'tutor.db'}"
    notes.touch()
    jobs_group = Cgroup(lab.lab.places.cgroup) / "jobs"

    def start(how: str, *jobs: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKER, url, str(notes), str(lab.lab.places.folder), how, *jobs]
        return subprocess.Popen(command, cwd=ROOT)

    with Storage.open(url) as storage:
        line = BuildRequests(storage)
        line.put(BuildRequest("doomed", "T1:U1", "first", "u", "c"), {})
        with start(moment, "doomed") as first:
            _eventually(lambda: "taken doomed" in notes.read_text())
            if moment != "as it is taken":
                _eventually(lambda: "step" in notes.read_text() and bool(jobs_group.processes()))
            if moment == "while its image runs":
                _eventually(lambda: _containers(lab) > 0)
            first.send_signal(signal.SIGKILL)
        assert line.state("doomed") == "running"
        line.put(BuildRequest("next", "T1:U1", "first", "u", "c"), {})
        with start("resume", "next") as second:
            _eventually(lambda: "up" in notes.read_text().split("taken doomed")[-1])
            took = _eventually(lambda: line.state("doomed") == "interrupted")
            assert second.wait(60) == 0
    assert took < NAMED_SECONDS
    assert notes.read_text().count("taken doomed") == 1
    assert "next built" in notes.read_text()
    assert jobs_group.processes() == set()
    assert [name for name in jobs_group.below() if name.startswith("job-")] == []
    assert _containers(lab) == 0


def _containers(lab: LabEngine) -> int:
    with lab.lab.client() as client:
        return len(client.api.containers(all=True))
