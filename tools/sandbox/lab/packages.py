"""Installs what the lab engine needs, and nothing else: no package that is already there changes its version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tools.errors import LabFailed

ALWAYS = ("busybox-static", "e2fsprogs", "iproute2", "iptables", "mount", "runc", "tini", "util-linux")
DOCKER = ("docker.io", "docker-buildx")
# Debian 12 has no buildx. Docker of Debian 13 runs on its libraries; its runc does not, so that stays Debian 12's own.
NEWER, OLDER = "trixie", "bookworm"
FROM_NEWER = ("docker.io", "docker-cli", "docker-buildx", "containerd")
SOURCES = Path("/etc/apt/sources.list.d/tutor-engine.sources")
PREFERENCES = Path("/etc/apt/preferences.d/tutor-engine")
POLICY = Path("/usr/sbin/policy-rc.d")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_CHANGED = re.compile(r"^(?:Inst (\S+) \[|Remv (\S+))", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """`newer` says that Docker comes from the next Debian, from the mirror that this machine already uses."""

    packages: tuple[str, ...]
    newer: bool


def install(more: tuple[str, ...] = ()) -> str:
    """Returns one sentence on what was done; `more` are packages beside those that the engine itself needs."""
    if os.geteuid() != 0:
        raise LabFailed("Installing packages needs root: run this command with sudo.")
    if not shutil.which("apt-get"):
        raise LabFailed("Packages can be installed on Debian and Ubuntu only. Install Docker with buildx yourself.")
    if all(_is_installed(name) for name in (*DOCKER, *ALWAYS, *more)):
        return "Everything that the engine needs is installed."
    _run("apt-get", "update", "-qq")
    plan = _plan(more)
    if plan.newer:
        _add_newer()
    _refuse_changes(plan)
    fresh = shutil.which("dockerd") is None
    with _nothing_starts():
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *plan.packages)
    if fresh:
        _stay_off()
    return f"Installed: {', '.join(plan.packages)}. No service was started."


def _plan(more: tuple[str, ...] = ()) -> Plan:
    """Only what is missing: naming a package that is there would bring it up to date."""
    missing = tuple(name for name in (*ALWAYS, *more) if not _is_installed(name))
    if all(_is_installed(name) for name in DOCKER):
        return Plan(missing, newer=False)
    if _candidate("docker-buildx"):
        return Plan((*DOCKER, *missing), newer=False)
    if _codename() == OLDER:
        return Plan((*(f"{name}/{NEWER}" for name in FROM_NEWER), *missing), newer=True)
    raise LabFailed("This system's packages have no docker-buildx. Install Docker with buildx yourself.")


def _is_installed(name: str) -> bool:
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", name], capture_output=True, text=True, check=False)
    return done.stdout.startswith("install ok installed")


def _candidate(name: str) -> bool:
    said = _run("apt-cache", "policy", name)
    found = re.search(r"Candidate: (\S+)", said)
    return found is not None and found[1] != "(none)" and not PREFERENCES.exists()


def _codename() -> str:
    found = re.search(r"^VERSION_CODENAME=\"?(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)
    return found[1] if found else ""


def _add_newer() -> None:
    """With a priority so low that nothing is taken from there but what is named."""
    said = _run("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME)")
    mirrors = [row.split()[0] for row in said.splitlines() if row.split()[1:] == ["Debian", OLDER]]
    if not mirrors:
        raise LabFailed("This machine's apt names no Debian mirror, from which Docker could come.")
    SOURCES.write_text(f"Types: deb\nURIs: {mirrors[0]}\nSuites: {NEWER}\nComponents: main\nSigned-By: {KEYRING}\n")
    PREFERENCES.write_text(f"Package: *\nPin: release n={NEWER}\nPin-Priority: 100\n")
    _run("apt-get", "update", "-qq")


def _refuse_changes(plan: Plan) -> None:
    said = _run("apt-get", "install", "-s", "--no-install-recommends", *plan.packages)
    ours = {name.partition("/")[0] for name in (*plan.packages, *DOCKER)}
    changed = sorted({image for pair in _CHANGED.findall(said) for image in pair if image} - ours)
    if changed:
        raise LabFailed(
            f"Installing would change {', '.join(changed)}, which I leave to you. Bring them up to date first."
        )


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Debian starts a service as it is installed, unless this file says no: a second, open engine is not wanted."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def _stay_off() -> None:
    with suppress(OSError):
        subprocess.run(
            ["systemctl", "disable", "docker.service", "docker.socket", "containerd.service"],
            capture_output=True,
            check=False,
        )


def _run(*command: str) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise LabFailed(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout
