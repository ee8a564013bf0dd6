"""The lab engine's life: started, stopped, reset, given its base images. As root, on Debian or Ubuntu."""

from __future__ import annotations

import io
import shutil
import sys
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import docker
from docker.errors import DockerException

from tools.errors import LabFailed
from tools.sandbox.lab import daemon, disk
from tools.sandbox.lab.bases import Incoming, Taken, incoming, of_archive, taken
from tools.sandbox.lab.cgroups import Cgroup
from tools.sandbox.lab.change_over import ChangeOver
from tools.sandbox.lab.limits import LabConfig
from tools.sandbox.lab.machine import check_machine
from tools.sandbox.lab.places import GATEWAY, PROXY_PORT, Places
from tools.sandbox.lab.processes import ended, spawn
from tools.sandbox.lab.registry import hosts_of
from tools.sandbox.lab.state import LabState, SelfTest, change, locked
from tools.scratch import began

PROBE = "tutor/probe:latest"
PROXY_SECONDS = 10.0
_ROOT = Path(__file__).parents[3]


class Lab:
    """Everything of one engine lies in one folder; calls from several processes wait for each other."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder)

    @property
    def state(self) -> LabState:
        return LabState.read(self.places.state)

    @property
    def config(self) -> LabConfig:
        return LabConfig.read(self.places.config)

    @property
    def running(self) -> bool:
        return self.state.alive and daemon.answers(self.places)

    def start(self, config: LabConfig | None = None) -> bool:
        """Whether it had to be started: the same wish again changes nothing, and a wish that can't be had neither."""
        check_machine()
        self._prepare()
        with self.alone():
            change_over = ChangeOver(self.places, self.config, config or self.config)
            if self.running and not change_over.changes:
                return False
            change_over.check()
            was_there = self.state.process > 0
            change_over.make()
            try:
                self.begin()
            except (LabFailed, DockerException, OSError) as error:
                change_over.undo()
                if was_there:
                    self.begin()
                raise LabFailed(f"{error} {'The former engine runs again.' if was_there else ''}".strip()) from None
            change_over.done()
            return True

    def stop(self) -> None:
        """Also what a crash left; the base images are kept."""
        if not self.places.folder.is_dir():
            return
        with self.alone():
            self._end()
            self.places.disk.unlink(missing_ok=True)
            change(self.places.state, LabState.bases_only)

    def reset(self) -> float:
        """A new engine with nothing but its base images; returns the seconds it took."""
        begun = time.monotonic()
        check_machine()
        self._prepare()
        with self.alone():
            self.begin()
        return time.monotonic() - begun

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.places.folder, ignore_errors=True)

    def load(self, archive: IO[bytes]) -> tuple[str, ...]:
        """Base images from an archive as `docker save` writes it; returns their names."""
        return self._only(Incoming("the archive", lambda client: of_archive(client, archive)))

    def pull(self, reference: str) -> tuple[str, ...]:
        """A base image from the configured registry, under the name that Dockerfiles use."""
        return self._only(incoming(reference, self.config.registry))

    def _only(self, one: Incoming | Taken) -> tuple[str, ...]:
        found = one if isinstance(one, Taken) else self._add([one])[0]
        if found.fault:
            raise LabFailed(found.fault)
        return tuple(found.names)

    def load_all(self, sources: Sequence[str]) -> tuple[Taken, ...]:
        """Archives, or names at the configured registry, in one start of the engine; each with what came of it."""
        check_machine()
        looked = [incoming(source, self.config.registry) for source in sources]
        wanted = [one for one in looked if isinstance(one, Incoming)]
        added = iter(self._add(wanted) if wanted else ())
        return tuple(one if isinstance(one, Taken) else next(added) for one in looked)

    def _add(self, wanted: Sequence[Incoming]) -> list[Taken]:
        """Into a new engine, so that nothing of a learner's becomes part of what every build starts from."""
        check_machine()
        self._prepare()
        with self.alone():
            self.begin()
            try:
                with self.client() as client:
                    found = [taken(client, one) for one in wanted]
                    bases = sorted({tag for image in client.images.list() for tag in image.tags} - {PROBE})
            except (DockerException, OSError) as error:
                self.begin()
                raise LabFailed(f"The engine did not take the images: {str(error)[:300]}") from None
            if any(not one.fault for one in found):
                self._seal()
                added = {name: digest for one in found for name, digest in one.names.items()}
                change(self.places.state, lambda state: state.with_bases(bases, added))
            self.begin()  # what was taken in half is gone, too
            return found

    @contextmanager
    def client(self, *, seconds: int = 120) -> Iterator[Any]:
        client = docker.DockerClient(base_url=self.places.base_url, timeout=seconds)
        try:
            yield client
        finally:
            client.close()

    def mounted(self) -> Path:
        """The engine's disk as seen from here: through the process whose mounts it is among."""
        return Path(f"/proc/{self.state.process}/root{self.places.data.resolve()}")

    def _prepare(self) -> None:
        try:
            self.places.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LabFailed(f"{self.places.folder} can not be made: {error.strerror}") from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No build runs meanwhile: each holds the same lock, shared."""
        with locked(self.places.folder / "use.lock"):
            yield

    def begin(self, *, keep_test: bool = False) -> None:
        """From what is pristine, with `alone` held; the one that runs is ended once the next one's disk is there."""
        if not self.places.pristine.exists():
            self._check_room()
            self._end()
            self._make_pristine()
        disk.copy(self.places.pristine, self.places.next_disk)
        self._end()
        self.places.next_disk.replace(self.places.disk)
        self._launch(self.state.test if keep_test else None)

    def _launch(self, test: SelfTest | None = None) -> None:
        config = self.config
        process = daemon.start(self.places, config)
        proxy = self._start_proxy(process, config) if config.hosts or config.registry else 0
        change(
            self.places.state,
            lambda state: state.bases_only().model_copy(
                update={
                    "process": process,
                    "process_began": began(process),
                    "proxy": proxy,
                    "since": time.time(),
                    "test": test,
                }
            ),
        )

    def _check_room(self) -> None:
        disk.check_room(self.places.folder, self.config.disk_bytes)

    def _make_pristine(self) -> None:
        config = self.config
        disk.make(self.places.disk, size=config.disk_bytes, inodes=config.inodes)
        self._launch()
        with self.client() as client:
            client.api.import_image_from_data(_probe_image(), repository=PROBE.partition(":")[0], tag="latest")
        self._seal()
        change(self.places.state, lambda state: state.model_copy(update={"bases": (), "digests": {}}))

    def _end(self) -> None:
        daemon.stop(self.places)
        for pid in (self.state.process, self.state.proxy):
            if pid:
                ended(pid)

    def _seal(self) -> None:
        """What the engine holds now is what every new one begins with."""
        self._end()
        disk.copy(self.places.disk, self.places.pristine)

    def _start_proxy(self, process: int, config: LabConfig) -> int:
        group = Cgroup(self.places.cgroup) / "proxy"
        group.create()
        command = [sys.executable, "-m", "tools.sandbox.lab.proxy", f"--namespace={process}"]
        command += [f"--address={GATEWAY}", f"--port={PROXY_PORT}"]
        command += [f"--host={host}" for host in config.hosts]
        command += [f"--daemon-host={host}" for host in hosts_of(config.registry)]
        command += [f"--cgroup={folder}" for folder in dict.fromkeys(group.folders.values())]
        environment = {"PATH": daemon.PATH, "PYTHONPATH": str(_ROOT)}
        started = spawn(command, environment=environment, log=self.places.proxy_log)
        self._await_proxy(started, process)
        return started

    def _await_proxy(self, started: int, process: int) -> None:
        deadline = time.monotonic() + PROXY_SECONDS
        while not listens(process, PROXY_PORT):
            if ended(started) or time.monotonic() > deadline:
                raise LabFailed(f"The proxy does not start; what it said is in {self.places.proxy_log}")
            time.sleep(0.05)


def listens(process: int, port: int) -> bool:
    """Whether something in the network of a process takes connections there; nothing is sent."""
    try:
        rows = Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return False
    return any(row.split()[3] == "0A" and row.split()[1].endswith(f":{port:04X}") for row in rows)


def _probe_image() -> bytes:
    """A shell and nothing else, for the self-test."""
    program = Path(shutil.which("busybox", path=daemon.PATH) or "/bin/busybox").read_bytes()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in ("bin", "tmp", "etc"):
            info = tarfile.TarInfo(folder)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(info)
        info = tarfile.TarInfo("bin/busybox")
        info.size, info.mode = len(program), 0o755
        archive.addfile(info, io.BytesIO(program))
        for name in "sh sleep tail cat seq dd fallocate wget nc ps ls rm true".split():
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
    return buffer.getvalue()
