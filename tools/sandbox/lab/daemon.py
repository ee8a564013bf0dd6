"""Starts the confined Docker daemon and ends it: all that it is hangs on one process and one control group."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import docker
from docker.errors import DockerException

from tools.errors import LabFailed
from tools.sandbox.lab import disk
from tools.sandbox.lab.cgroups import Cgroup
from tools.sandbox.lab.limits import ENGINE_MEMORY, LabConfig
from tools.sandbox.lab.places import GATEWAY, PROXY_PORT, Places
from tools.sandbox.lab.processes import ended, spawn

READY_SECONDS, STOP_SECONDS = 30.0, 4.0
ENGINE_PIDS = 2048
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Namespaces of its own for network, mounts, processes and IPC: with their first process all of it goes away, whatever
# was running or mounted, so that nothing can be left behind. The network has no interface that leads anywhere.
UNSHARE = "unshare --net --mount --propagation private --pid --ipc --fork --kill-child=SIGKILL --mount-proc".split()
LAUNCH = f"""
set -e
disk=$1 data=$2 config=$3 bridge=$4
shift 4
for group in "$@"; do echo 0 >"$group/cgroup.procs"; done
ip link set lo up
if [ "$bridge" = lab0 ]; then
    ip link add lab0 type bridge
    ip address add {GATEWAY}/24 dev lab0
    ip link set lab0 up
fi
mount -o loop,noatime "$disk" "$data"
exec tini -s -- dockerd --config-file "$config"
"""


def start(places: Places, config: LabConfig) -> int:
    """The id of the process on which everything hangs, once the daemon answers."""
    group = Cgroup(places.cgroup)
    engine, jobs = group / "engine", group / "jobs"
    for one in (group, engine, jobs):
        one.create()
    # Limits stand on the jobs and on the daemon; the group around both is for counting and for cleaning up.
    engine.limit(memory=ENGINE_MEMORY, pids=ENGINE_PIDS)
    for folder in (places.runtime, places.data):
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    places.daemon_config.write_text(json.dumps(_daemon_json(places, config), indent=2))
    bridge = "lab0" if config.hosts or config.registry else "none"
    command = [*UNSHARE, "sh", "-c", LAUNCH, "tutor-lab", str(places.disk), str(places.data)]
    command += [str(places.daemon_config), bridge, *(str(other_group) for other_group in _own_groups(engine))]
    places.log.unlink(missing_ok=True)
    process = spawn(command, environment=_environment(places, config), log=places.log)
    _wait(places, process)
    return process


def _own_groups(engine: Cgroup) -> list[Path]:
    return list(dict.fromkeys(engine.folders.values()))


def _environment(places: Places, config: LabConfig) -> dict[str, str]:
    """Nothing of the operator's; the way to registries only where hosts are allowed."""
    found = {"PATH": PATH, "HOME": str(places.runtime), "LC_ALL": "C.UTF-8"}
    # BuildKit would cut a step's log silently, and the flood would look like a build that says nothing.
    found |= {
        "BUILDKIT_STEP_LOG_MAX_SIZE": str(4 * config.limits.log_bytes),
        "BUILDKIT_STEP_LOG_MAX_SPEED": str(config.limits.log_bytes),
    }
    if config.hosts or config.registry:
        proxy = f"http://{GATEWAY}:{PROXY_PORT}"
        found |= {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    return found


def _daemon_json(places: Places, config: LabConfig) -> dict[str, object]:
    limits = config.limits
    return {
        "hosts": [places.base_url],
        "data-root": str(places.data),
        "exec-root": str(places.runtime / "exec"),
        "pidfile": str(places.runtime / "dockerd.pid"),
        "group": "root",
        "userns-remap": "default",
        "no-new-privileges": True,
        "storage-driver": "overlay2",
        "exec-opts": ["native.cgroupdriver=cgroupfs"],
        "cgroup-parent": f"{places.cgroup}/jobs",
        "dns": [GATEWAY],  # nobody answers there, at once: a name is the proxy's to resolve
        "bridge": "lab0" if config.hosts or config.registry else "none",
        "iptables": False,
        "ip6tables": False,
        "ip-forward": False,
        "ip-masq": False,
        "userland-proxy": False,
        "live-restore": False,
        "shutdown-timeout": 2,
        "max-concurrent-downloads": 1,
        "log-driver": "json-file",
        "log-opts": {"max-size": "1m", "max-file": "1"},
        "default-ulimits": {
            "nofile": {"Name": "nofile", "Soft": limits.open_files, "Hard": limits.open_files},
            "core": {"Name": "core", "Soft": 0, "Hard": 0},
            "fsize": {"Name": "fsize", "Soft": limits.file_bytes, "Hard": limits.file_bytes},
        },
        "builder": {
            "entitlements": {"network-host": False, "security-insecure": False},
            "gc": {"enabled": True, "defaultKeepStorage": f"{limits.disk_bytes // 10**6}MB"},
        },
    }


def _wait(places: Places, process: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if answers(places):
            return
        if ended(process):
            break
        time.sleep(0.05)
    stop(places)
    raise LabFailed(f"The engine does not start: {_last_words(places.log)} (the whole is in {places.log})")


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][-300:] if lines else "it said nothing"


def answers(places: Places, *, seconds: int = 2) -> bool:
    if not places.socket.exists():
        return False
    try:
        client = docker.APIClient(base_url=places.base_url, version="1.44", timeout=seconds)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


def stop(places: Places) -> None:
    """Politely for a moment, then for good; also what a crash left. Nothing but this engine's own is touched."""
    group = Cgroup(places.cgroup)
    for pid in (group / "engine").processes():
        if _is_daemon(pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            _await_end(pid)
    if not group.kill():
        raise LabFailed(f"Processes {sorted(group.processes())} of the engine do not end. Restart the machine.")
    disk.await_unmounted(places.disk)
    group.remove()
    shutil.rmtree(places.runtime, ignore_errors=True)


def _is_daemon(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip() == "dockerd"
    return False


def _await_end(pid: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and _is_daemon(pid):
        time.sleep(0.02)
