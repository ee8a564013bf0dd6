"""Both versions of control groups, on folders that look like them: what is written where, and what is read."""

from __future__ import annotations

from pathlib import Path

from tools.sandbox.lab.cgroups import Cgroup, Hierarchies

FIRST = """\
30 25 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory
33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
34 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
"""
SECOND = "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"


def test_the_version_is_the_one_that_has_the_controllers() -> None:
    first = Hierarchies.find(FIRST)
    assert first.version == 1
    assert dict(first.roots)["cpuacct"] == Path("/sys/fs/cgroup/cpu,cpuacct")
    assert dict(first.roots)[""] == Path("/sys/fs/cgroup/unified")
    assert first.lacking() == []
    second = Hierarchies.find(SECOND)
    assert (second.version, second.roots) == (2, (("", Path("/sys/fs/cgroup")),))


def test_what_a_machine_lacks_is_named(tmp_path: Path) -> None:
    assert Hierarchies.find(FIRST.replace("rw,pids", "rw,net_cls")).lacking() == ["pids"]
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    assert Hierarchies(2, (("", tmp_path),)).lacking() == ["cpuset"]
    assert Hierarchies.find("1 1 0:1 / / rw - ext4 /dev/a rw").lacking() == ["memory", "pids", "cpu", "cpuset"]


def test_limits_of_the_second_version(tmp_path: Path) -> None:
    group = Cgroup("/lab/jobs/one", Hierarchies(2, (("", tmp_path),)))
    group.create()
    group.limit(memory=1000, pids=10, cpus=1.5)
    group.pin(1)
    folder = tmp_path / "lab/jobs/one"
    said = {file.name: file.read_text() for file in folder.iterdir()}
    assert said == {
        "memory.max": "1000",
        "memory.swap.max": "0",
        "pids.max": "10",
        "cpu.max": "150000 100000",
        "cpuset.cpus": "1",
    }
    assert (tmp_path / "lab/jobs/cgroup.subtree_control").exists()
    assert not (folder / "cgroup.subtree_control").exists()


def test_usage_of_the_second_version(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    for name, text in {
        "cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
        "memory.events": "low 0\nmax 3\noom 1\noom_kill 1\n",
        "pids.peak": "12\n",
    }.items():
        (folder / name).write_text(text)
    usage = Cgroup("/one", Hierarchies(2, (("", tmp_path),))).usage()
    assert (usage.cpu_seconds, usage.pids_peak, usage.out_of_memory) == (2.5, 12, 1)


def test_limits_and_usage_of_the_first_version(tmp_path: Path) -> None:
    names = ("memory", "pids", "cpu", "cpuacct", "cpuset")
    for name in names:
        (tmp_path / name).mkdir()
    for file, text in {"cpuset.cpus": "0-1", "cpuset.mems": "0"}.items():
        (tmp_path / "cpuset" / file).write_text(text)
        (tmp_path / "cpuset" / "one").mkdir(exist_ok=True)
        (tmp_path / "cpuset" / "one" / file).write_text("\n")
    group = Cgroup("/one", Hierarchies(1, tuple((name, tmp_path / name) for name in names)))
    group.create()
    group.limit(memory=1000, pids=10, cpus=0.5)
    assert (tmp_path / "memory/one/memory.limit_in_bytes").read_text() == "1000"
    assert (tmp_path / "memory/one/memory.memsw.limit_in_bytes").read_text() == "1000"
    assert (tmp_path / "cpu/one/cpu.cfs_quota_us").read_text() == "50000"
    assert (tmp_path / "cpuset/one/cpuset.cpus").read_text() == "0-1"
    (tmp_path / "cpuacct/one/cpuacct.usage").write_text("3000000000\n")
    below = tmp_path / "memory/one/buildkit/a"
    below.mkdir(parents=True)
    (below / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    assert group.usage().cpu_seconds == 3
    assert group.usage().out_of_memory == 2


def test_a_group_that_is_not_there_is_empty_and_can_be_removed(tmp_path: Path) -> None:
    group = Cgroup("/none", Hierarchies(2, (("", tmp_path),)))
    assert group.processes() == set()
    assert group.kill()
    group.remove()
    assert not group.exists()
