"""The engine's life on a real daemon: it confines, it comes back, and nothing of it is left anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.lab_engine import BUSYBOX, CONFIG
from tools.errors import BuilderUnavailable, LabFailed
from tools.sandbox.builder import Outcome
from tools.sandbox.lab import daemon
from tools.sandbox.lab.cgroups import Cgroup
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.lab.job import open_job
from tools.sandbox.lab.probing import Probed, probe
from tools.sandbox.lab.state import change

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[4]


def _eventually(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _build(engine: LabEngine, step: str, *, seconds: float = 20) -> Probed:
    with engine.job() as job:
        return probe(engine.base_url, job, f"FROM busybox:stable\n{step}\n", network=engine.network, seconds=seconds)


def _leavings(engine: LabEngine) -> list[str]:
    """Everything that could be left of an engine on its machine."""
    places = engine.lab.places
    mounts = Path("/proc/self/mountinfo").read_text()
    devices = [path.read_text() for path in Path("/sys/block").glob("loop*/loop/backing_file")]
    found = [str(folder) for folder in Cgroup(places.cgroup).folders.values() if folder.exists()]
    found += [line for line in mounts.splitlines() if str(places.folder) in line or places.name in line]
    found += [device for device in devices if str(places.folder) in device]
    return found + ([str(places.runtime)] if places.runtime.exists() else [])


def test_the_self_test_holds_and_the_status_says_so(lab: LabEngine) -> None:
    found = lab.test()
    assert found.held, found.broken
    assert {finding.limit for finding in found.findings} == {
        "user", "time", "memory", "processes", "disk", "network of builds", "network of the engine",
    }  # fmt: skip
    status = lab.status()
    assert (status.available, status.mode) == (True, "lab")


def test_a_build_runs_and_what_it_started_from_is_what_was_loaded(lab: LabEngine) -> None:
    built = _build(lab, "RUN echo it-$((1+1))-runs")
    assert built.ended
    assert "it-2-runs" in built.said
    assert lab.allows("busybox:stable")
    assert lab.allows("docker.io/library/busybox:stable")
    assert not lab.allows("busybox")
    assert not lab.allows("elsewhere.example.com/busybox:stable")


@pytest.mark.parametrize(
    ("step", "limit"),
    [
        ("tail /dev/zero", Outcome.MEMORY),
        ("for i in $(seq 200); do sleep 30 & done; wait", Outcome.PIDS),
        ("while :; do :; done", Outcome.CPU),
        ("for i in 1 2 3; do fallocate -l 60M /f$i; done; sleep 30", Outcome.DISK),
        ("mkdir /d; cd /d; i=0; while :; do : >f$i; i=$((i+1)); done", Outcome.DISK),
    ],
)
def test_a_limit_that_is_reached_is_named(lab: LabEngine, step: str, limit: Outcome) -> None:
    assert _build(lab, f"RUN {step}").exceeded is limit
    assert Cgroup(f"{lab.lab.places.cgroup}/jobs").below() in ([], ["buildkit"])


def test_one_file_has_a_largest_size(lab: LabEngine) -> None:
    built = _build(lab, "RUN truncate -s 1T /x && echo went-through || echo refused-here")
    assert "refused-here\n" in built.said.replace("\r", "")


def test_the_engine_is_as_new_after_a_reset(lab: LabEngine) -> None:
    with lab.lab.client() as client:
        client.images.get("busybox:stable").tag("left/behind", "1")
    seconds = lab.lab.reset()
    assert seconds < 10
    with lab.lab.client() as client:
        names = {tag for image in client.images.list() for tag in image.tags}
    assert names == {"busybox:stable", "tutor/probe:latest"}


def test_starting_again_changes_nothing_and_stopping_leaves_nothing(lab: LabEngine) -> None:
    assert not lab.lab.start(CONFIG)
    lab.lab.stop()
    assert _leavings(lab) == []
    assert not lab.status().available
    assert "tutor engine start" in lab.status().reason
    with pytest.raises(BuilderUnavailable, match="not running"), lab.job():
        pass
    lab.lab.stop()
    assert lab.lab.start(CONFIG)
    assert lab.offered() == ("busybox:stable",)
    lab.test()


@pytest.mark.parametrize("victim", ["first process", "daemon", "everything"])
def test_a_killed_engine_takes_all_with_it_and_the_next_build_works(lab: LabEngine, victim: str) -> None:
    group = Cgroup(lab.lab.places.cgroup)
    with lab.job() as job, _client(lab, job.cgroup_parent):
        _eventually(job.running)
        daemons = [
            pid for pid in (group / "engine").processes() if Path(f"/proc/{pid}/comm").read_text() == "dockerd\n"
        ]
        doomed = {
            "first process": [lab.lab.state.process],
            "daemon": daemons,
            "everything": sorted(group.processes()),
        }[victim]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _eventually(lambda: not job.running())
    assert "ended well" in _build(lab, "RUN echo ended well").said


@contextmanager
def _client(lab: LabEngine, parent: str) -> Iterator[None]:
    command = ["docker", "buildx", "build", "--no-cache", "--network=none", f"--cgroup-parent={parent}", "-"]
    client = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": daemon.PATH, "DOCKER_HOST": lab.base_url, "HOME": "/nonexistent"},
    )
    assert client.stdin is not None
    client.stdin.write(b"FROM busybox:stable\nRUN sleep 600\n")
    client.stdin.close()
    try:
        yield
    finally:
        client.kill()
        client.wait()


WORKER = """
import sys, time
from pathlib import Path
from tools.sandbox.lab.engine import open_lab
from tools.sandbox.lab.probing import probe
engine = open_lab(Path(sys.argv[1]))
with engine.job() as job:
    print(job.cgroup_parent, flush=True)
    probe(engine.base_url, job, "FROM busybox:stable\\nRUN sleep 600\\n", network="none", seconds=600)
"""


def test_a_killed_worker_leaves_a_build_that_the_next_one_ends(lab: LabEngine) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(lab.lab.places.folder)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert worker.stdout is not None
    parent = worker.stdout.readline().decode().strip()
    left = Cgroup(parent)
    _eventually(lambda: bool(left.processes()))
    building = set(left.processes())
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    with lab.job():  # it may be given the same place
        assert not building & set(left.processes())
    assert "works" in _build(lab, "RUN echo works").said


def test_a_daemon_that_hangs_is_replaced(lab: LabEngine) -> None:
    for pid in (Cgroup(lab.lab.places.cgroup) / "engine").processes():
        os.kill(pid, signal.SIGSTOP)
    assert "works" in _build(lab, "RUN echo works").said


def test_a_distrusted_engine_is_replaced_before_the_next_build(lab: LabEngine) -> None:
    before = lab.lab.state.process
    with lab.job():
        lab.recover()
    assert "works" in _build(lab, "RUN echo works").said
    assert lab.lab.state.process != before
    assert lab.lab.state.distrusted == ""


def test_after_a_number_of_builds_the_engine_is_new(lab: LabEngine) -> None:
    before = lab.lab.state.process
    change(lab.lab.places.state, lambda state: state.model_copy(update={"builds": CONFIG.builds_between_resets}))
    with lab.job():
        assert lab.lab.state.process != before
        assert lab.lab.state.builds == 1


def test_a_limit_that_does_not_hold_turns_builds_off_and_says_which(
    lab: LabEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control group takes the limit of processes and does not keep it: only trying can tell."""
    kept = Cgroup.limit

    def endless(group: Cgroup, *, memory: int, pids: int, cpus: float | None = None) -> None:
        kept(group, memory=memory, pids=pids + 100_000, cpus=cpus)

    monkeypatch.setattr(Cgroup, "limit", endless)
    found = lab.test()
    assert [finding.limit for finding in found.findings if not finding.held] == ["processes"]
    status = lab.status()
    assert not status.available
    assert "processes" in status.reason
    assert "inspection goes on" in status.reason
    with pytest.raises(BuilderUnavailable, match="processes"), lab.job():
        pass
    monkeypatch.undo()
    with lab.job():
        assert lab.status().available


def test_what_was_tried_long_ago_is_tried_again_before_a_build(lab: LabEngine) -> None:
    with lab.job():
        pass
    tested = lab.lab.state.test
    assert tested is not None
    old = tested.model_copy(update={"at": time.time() - 3601})
    change(lab.lab.places.state, lambda state: state.model_copy(update={"test": old}))
    with lab.job():
        again = lab.lab.state.test
    assert again is not None
    assert time.time() - again.at < 60


def test_what_is_no_archive_is_refused_and_the_engine_goes_on(lab: LabEngine, tmp_path: Path) -> None:
    file = tmp_path / "no.tar"
    file.write_bytes(b"no archive")
    with file.open("rb") as opened, pytest.raises(LabFailed, match="did not take the image"):
        lab.lab.load(opened)
    with pytest.raises(LabFailed, match="No registry is configured"):
        lab.lab.pull("busybox:1")
    with BUSYBOX.open("rb") as opened:
        assert lab.lab.load(opened) == ("busybox:stable",)
    assert lab.test().held


def test_a_job_that_is_pinned_has_one_processor(lab: LabEngine) -> None:
    with open_job(lab.lab.places, lab.limits, lab.lab.mounted()) as job:
        job.pin(0)
        built = probe(lab.base_url, job, "FROM busybox:stable\nRUN nproc\n", network="none", seconds=20)
    assert " 1\n" in built.said
