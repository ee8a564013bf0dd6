"""Where the lab engine keeps what is its own; every name comes from its folder, so that several do not meet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

GATEWAY = "172.31.255.1"  # inside the engine's own network namespace, which has no way out
PROXY_PORT = 3128


@dataclass(frozen=True)
class Places:
    folder: Path

    @property
    def name(self) -> str:
        return "tutor-lab-" + hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:8]

    @property
    def cgroup(self) -> str:
        return f"/{self.name}"

    @property
    def runtime(self) -> Path:
        """Sockets have short names, so they stand below /run whatever the folder is."""
        return Path("/run") / self.name

    @property
    def socket(self) -> Path:
        return self.runtime / "docker.sock"

    @property
    def base_url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def config(self) -> Path:
        return self.folder / "config.json"

    @property
    def daemon_config(self) -> Path:
        return self.folder / "daemon.json"

    @property
    def state(self) -> Path:
        return self.folder / "state.json"

    @property
    def disk(self) -> Path:
        return self.folder / "disk.img"

    @property
    def pristine(self) -> Path:
        """The disk as it is before any build: an empty engine with its base images."""
        return self.folder / "pristine.img"

    @property
    def next_disk(self) -> Path:
        return self.folder / "disk.next.img"

    @property
    def next_pristine(self) -> Path:
        """Prepared while the engine runs, for a disk of another size."""
        return self.folder / "pristine.next.img"

    @property
    def former_pristine(self) -> Path:
        """Until the engine runs on the new one."""
        return self.folder / "pristine.former.img"

    @property
    def data(self) -> Path:
        """Empty here; the disk is mounted on it in the engine's own mount namespace.

        Users of that namespace must be able to pass every folder on the way, as they can below /run.
        """
        return self.runtime / "data"

    @property
    def log(self) -> Path:
        return self.folder / "engine.log"

    @property
    def proxy_log(self) -> Path:
        return self.folder / "proxy.log"
