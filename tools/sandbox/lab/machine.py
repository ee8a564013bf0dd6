"""What an engine needs of its machine, looked at before anything is changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.errors import LabFailed
from tools.sandbox.lab import daemon
from tools.sandbox.lab.cgroups import Hierarchies
from tools.sandbox.lab.limits import ENGINE_MEMORY, MIB, LabConfig

PROGRAMS = ("dockerd", "tini", "unshare", "mkfs.ext4", "resize2fs", "mount", "ip", "busybox")
PLUGINS = ("/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/local/lib/docker/cli-plugins")


def check_machine() -> None:
    """What stands in the way of an engine here, said at once and all together."""
    if os.geteuid() != 0:
        raise LabFailed("The lab engine needs root: run this command with sudo.")
    missing = [name for name in PROGRAMS if not shutil.which(name, path=daemon.PATH)]
    if not any((Path(folder) / "docker-buildx").exists() for folder in PLUGINS):
        missing.append("docker-buildx")
    if missing:
        raise LabFailed(f"Not installed here: {', '.join(missing)}. Run: tutor engine install")
    lacking = Hierarchies.find().lacking()
    if lacking:
        raise LabFailed(f"This machine can not limit {', '.join(lacking)}: the kernel's control groups lack it.")


def check_choice(config: LabConfig) -> None:
    """A limit above what the machine has would never be reached, and its self-test would take the machine down."""
    has = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    most = has - ENGINE_MEMORY
    if config.limits.memory_bytes > most:
        raise LabFailed(
            f"A build may not have {config.limits.memory_bytes // MIB} MiB of memory here: the machine has "
            f"{has // MIB} MiB, and the engine itself needs {ENGINE_MEMORY // MIB}. Nothing was changed."
        )
    if config.limits.cpus > (os.cpu_count() or 1):
        raise LabFailed(
            f"A build may not have {config.limits.cpus:g} processors here: the machine has {os.cpu_count()}. "
            "Nothing was changed."
        )
