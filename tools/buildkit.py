"""Builds with BuildKit on a person's own engine (trusted mode), and a look at what was built."""

from __future__ import annotations

import base64
import json
import os
import re
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException

from tools.builder import (
    Builder,
    BuilderStatus,
    BuildProgress,
    BuildReceipt,
    LayerSize,
    NoBuilder,
    Outcome,
    RunReport,
)
from tools.context import context_files, context_key, dockerfile_of
from tools.files import Upload

DEFAULT_ENGINE = "unix:///var/run/docker.sock"
WALL_SECONDS, IDLE_SECONDS = 900.0, 180.0
LOG_BYTES = 2_000_000
EXCERPT_LINES, WATCH_SECONDS, STOP_SECONDS = 8, 3.0, 10
MEMORY, PIDS = "1g", 256
_STEP = re.compile(r"\[(?:[^\]]*\s)?(\d+)/(\d+)\]\s*(.*)")
_LINE = re.compile(r"Dockerfile:(\d+)")
_REFUSED = re.compile(
    r"^\s*RUN\s+.*--(security=insecure|network=host)\b|^\s*#\s*syntax\s*=\s*(?!docker/dockerfile[:@])",
    re.IGNORECASE | re.MULTILINE,
)
_SYNTAX = re.compile(r"\A(\ufeff?(?:\s*#[^\n]*\n)*?)\s*#\s*syntax\s*=", re.IGNORECASE)
_INFRASTRUCTURE = re.compile(
    r"dial tcp|no such host|name resolution|connection refused|TLS handshake|i/o timeout|Cannot connect to the Docker daemon|"
    r"context deadline exceeded|network \S+ not found|toomanyrequests|error during connect|network is unreachable",
    re.IGNORECASE,
)
_OUTCOMES = (
    (re.compile(r"no space left on device", re.IGNORECASE), Outcome.DISK),
    (re.compile(r"exit code: 137|out of memory|oom", re.IGNORECASE), Outcome.MEMORY),
)
_DECODER = json.JSONDecoder()
_SECRET_ENV = re.compile(r"(password|secret|token|api_?key|private_?key)", re.IGNORECASE)


def open_builder(mode: str, base_url: str | None) -> Builder:
    """`off`, `trusted`, or `auto`: the person's engine where one answers."""
    if mode == "off":
        return NoBuilder("Builds are switched off here (TUTOR_BUILDS=off), so an instructor decides on them.")
    engine = TrustedEngine(base_url or DEFAULT_ENGINE)
    status = engine.status()
    return engine if status.available else NoBuilder(status.reason)


class TrustedEngine:
    """The engine is used as it is; only what a learner's own machine would do is done."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def status(self) -> BuilderStatus:
        try:
            with self._client() as client:
                version = client.version()["Version"]
        except (DockerException, OSError, KeyError):
            reason = "No Docker engine answers here, so builds are off and an instructor decides on them."
            return BuilderStatus(available=False, mode="off", reason=reason)
        if not self._buildx():
            reason = "The Docker engine has no buildx, so builds are off. Install docker-buildx."
            return BuilderStatus(available=False, mode="off", reason=reason)
        return BuilderStatus(available=True, mode="trusted", reason=f"Builds run on this machine's Docker {version}.")

    @contextmanager
    def _client(self) -> Iterator[Any]:
        client = docker.DockerClient(base_url=self._base_url, timeout=60)
        try:
            yield client
        finally:
            client.close()

    def _buildx(self) -> str:
        try:
            said = subprocess.run(
                ["docker", "buildx", "version"], capture_output=True, text=True, timeout=20, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return ""
        return " ".join(said.stdout.split()[1:2])

    def build(
        self, upload: Upload, *, on_progress: Callable[[BuildProgress], None], cancelled: Callable[[], bool]
    ) -> BuildReceipt:
        key, dockerfile = context_key(upload), dockerfile_of(upload)
        if key is None or dockerfile is None:
            return BuildReceipt("", Outcome.REFUSED, "There is no Dockerfile to build.")
        base = BuildReceipt(key, Outcome.BUILT, "", dockerfile=dockerfile.path, builder=self._buildx())
        if _REFUSED.search(dockerfile.text):
            summary = "It asks for a foreign frontend, the host's network or extra rights, which I do not give."
            return replace(base, outcome=Outcome.REFUSED, summary=summary)
        tag = f"tutor-{key[7:23]}"
        try:
            return self._build(base, upload, tag, on_progress, cancelled)
        except (DockerException, OSError) as error:
            summary = f"The engine failed, not your file ({type(error).__name__}). Try again later."
            return replace(base, outcome=Outcome.INFRASTRUCTURE, summary=summary)
        finally:
            self._forget(tag)

    def _build(
        self,
        base: BuildReceipt,
        upload: Upload,
        tag: str,
        on_progress: Callable[[BuildProgress], None],
        cancelled: Callable[[], bool],
    ) -> BuildReceipt:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
            _lay_out(upload, Path(folder))
            log = _Log(on_progress)
            ended = self._run(Path(folder), base.dockerfile, tag, log, cancelled)
        receipt = replace(base, seconds=round(time.monotonic() - started, 1))
        if ended is not None:
            return replace(receipt, outcome=ended, summary=_SUMMARIES[ended], log_excerpt=log.excerpt())
        if log.error or log.failed:
            return _failed(receipt, log)
        return self._look_inside(receipt, tag)

    def _run(self, folder: Path, dockerfile: str, tag: str, log: _Log, cancelled: Callable[[], bool]) -> Outcome | None:
        """None when buildx came to its own end; else the limit that ended it."""
        command = ["docker", "buildx", "build", "--progress=rawjson", "--load", "--provenance=false"]
        command += ["--tag", tag, "--file", str(folder / dockerfile), str(folder)]
        environment = {"DOCKER_HOST": self._base_url, "PATH": os.defpath + ":/usr/local/bin", "HOME": str(folder)}
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, start_new_session=True
        )
        try:
            ended = log.follow(process, cancelled)
            log.failed = ended is None and process.wait(timeout=30) != 0
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stderr:
                process.stderr.close()
        return ended

    def _look_inside(self, receipt: BuildReceipt, tag: str) -> BuildReceipt:
        with self._client() as client:
            image = client.images.get(tag)
            config = image.attrs.get("Config") or {}
            entrypoint = [*(config.get("Entrypoint") or []), *(config.get("Cmd") or [])]
            names = [one.partition("=")[0] for one in config.get("Env") or []]
            return replace(
                receipt,
                summary="Your image was built.",
                engine=client.version()["Version"],
                image_bytes=int(image.attrs.get("Size", 0)),
                layers=tuple(
                    LayerSize(_instruction(row), int(row.get("Size", 0))) for row in reversed(image.history())
                ),
                user=str(config.get("User") or ""),
                entrypoint=tuple(entrypoint),
                secrets=tuple(f"the variable {name}" for name in names if _SECRET_ENV.search(name)),
                run=_watch(client, tag),
            )

    def _forget(self, tag: str) -> None:
        with suppress(DockerException, OSError), self._client() as client:
            client.images.remove(tag, force=True)


def _watch(client: Any, tag: str) -> RunReport:
    """Starts the image without network and rights, looks whether it stays, and stops it."""
    container = client.containers.create(
        tag,
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit=MEMORY,
        pids_limit=PIDS,
    )
    try:
        try:
            container.start()
        except DockerException:
            return RunReport(started=False, stayed_up=False, exit_code=None, stop_seconds=None)
        time.sleep(WATCH_SECONDS)
        container.reload()
        log = _tail(container.logs(tail=EXCERPT_LINES).decode("utf-8", "replace"))
        if container.status != "running":
            code = int(container.attrs["State"]["ExitCode"])
            return RunReport(started=True, stayed_up=False, exit_code=code, stop_seconds=None, log=log)
        started = time.monotonic()
        container.stop(timeout=STOP_SECONDS)
        seconds = round(time.monotonic() - started, 1)
        container.reload()
        killed = seconds >= STOP_SECONDS or int(container.attrs["State"]["ExitCode"]) == 137
        return RunReport(
            started=True, stayed_up=True, exit_code=None, stop_seconds=None if killed else seconds, log=log
        )
    finally:
        with suppress(DockerException):
            container.remove(force=True)


def _instruction(row: dict[str, Any]) -> str:
    return re.sub(r"^/bin/sh -c (#\(nop\)\s*)?", "", str(row.get("CreatedBy", "")))[:120]


def _lay_out(upload: Upload, folder: Path) -> None:
    """The upload's own files below a fresh folder; their paths were normalised, `# syntax=` is made a comment."""
    for file in context_files(upload):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        data = file.data
        if file is dockerfile_of(upload):
            data = _SYNTAX.sub(r"\1# syntax :", file.text).encode()
        path.write_bytes(data)


_SUMMARIES = {
    Outcome.CANCELLED: "The build was stopped.",
    Outcome.TIMEOUT: "The build took longer than is allowed.",
    Outcome.LOG_LIMIT: "The build wrote more log than is kept.",
}


@dataclass
class _Log:
    """Reads BuildKit's raw progress: steps for the person, the tail and the error for the receipt."""

    on_progress: Callable[[BuildProgress], None]
    tail: list[str] = field(default_factory=list)
    error: str = ""
    step: str = ""
    failed: bool = False
    _seen: set[str] = field(default_factory=set)
    _bytes: int = 0
    _rest: str = ""

    def follow(self, process: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> Outcome | None:
        assert process.stderr is not None  # noqa: S101 - it was opened as a pipe
        begun = last = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stderr, selectors.EVENT_READ)
            while True:
                now = time.monotonic()
                if cancelled():
                    return Outcome.CANCELLED
                if now - begun > WALL_SECONDS or now - last > IDLE_SECONDS:
                    return Outcome.TIMEOUT
                if not selector.select(0.2):
                    continue
                chunk = os.read(process.stderr.fileno(), 65_536)
                if not chunk:
                    self._drain(b"\n", last=True)
                    return None
                last, self._bytes = now, self._bytes + len(chunk)
                if self._bytes > LOG_BYTES:
                    return Outcome.LOG_LIMIT
                self._drain(chunk)

    def _drain(self, chunk: bytes, *, last: bool = False) -> None:
        """Reads whole messages: buildx prints JSON objects over several lines, and plain lines between them."""
        text = (self._rest + chunk.decode("utf-8", "replace")).lstrip()
        while text:
            try:
                message, end = _DECODER.raw_decode(text) if text.startswith("{") else ({}, text.index("\n"))
            except ValueError:
                if not last:
                    break
                message, end = {}, len(text)
            if not message:
                self.tail.append(text[:end])
            self._read(message)
            text = text[end:].lstrip()
        self._rest = text[-LOG_BYTES:]

    def _read(self, message: dict[str, Any]) -> None:
        for vertex in message.get("vertexes") or ():
            self._vertex(vertex)
        for log in message.get("logs") or ():
            self.tail.extend(base64.b64decode(log.get("data", "")).decode("utf-8", "replace").splitlines())
        del self.tail[:-200]

    def _vertex(self, vertex: dict[str, Any]) -> None:
        name = str(vertex.get("name", ""))
        match = _STEP.search(name)
        if match and vertex.get("started") and name not in self._seen:
            self._seen.add(name)
            self.on_progress(BuildProgress(int(match[1]), int(match[2]), match[3][:120]))
        if vertex.get("error") and not self.error:
            self.error, self.step = str(vertex["error"]), match[3] if match else name

    def excerpt(self) -> str:
        return _tail("\n".join(self.tail))


def _reason(said: str) -> str:
    """The builder's last word, without its preamble."""
    errors = re.findall(r"(?m)^(?:ERROR: )?(?:failed to solve: )?(.+)$", _tail(said))
    return errors[-1] if errors else "The builder refused the Dockerfile."


def _marked(said: str) -> str:
    """The line of the Dockerfile that the builder points at."""
    match = re.search(r"(?m)^\s*\d+ \| >>> (.+)$", said)
    return match[1] if match else ""


def _failed(receipt: BuildReceipt, log: _Log) -> BuildReceipt:
    said = "\n".join([log.error, *log.tail])
    if _INFRASTRUCTURE.search(said):
        summary = "The engine could not reach what it needs (a registry or a mirror); that is not your file's fault."
        return replace(receipt, outcome=Outcome.INFRASTRUCTURE, summary=summary)
    outcome = next((found for pattern, found in _OUTCOMES if pattern.search(said)), Outcome.FAILED)
    match = _LINE.search(said)
    summary = _reason(log.error or said)
    return replace(
        receipt,
        outcome=outcome,
        summary=summary[:300],
        failed_line=int(match[1]) if match else None,
        failed_step=(log.step or _marked(said))[:200],
        log_excerpt=log.excerpt(),
    )


_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_MASKED = re.compile(r"((?:password|secret|token|api_?key)\w*\s*[=:]\s*)\S+|(://[^/\s:@]+:)[^@\s]+(@)", re.IGNORECASE)


def _tail(text: str) -> str:
    """The last lines, without control characters, credentials and folders of this machine."""
    clean = _CONTROL.sub("", text)
    clean = _MASKED.sub(lambda match: f"{match[1] or match[2]}…{match[3] or ''}", clean)
    clean = re.sub(r"\S*/tutor-\w+/?", "", clean)
    return "\n".join(line[:200] for line in clean.splitlines()[-EXCERPT_LINES:])
