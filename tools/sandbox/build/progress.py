"""Reads BuildKit's raw progress: steps for a person, and where and with which words it ended."""

from __future__ import annotations

import base64
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.sandbox.build.excerpts import one_line
from tools.sandbox.builder import BuildProgress

HEAD, TAIL = 256 * 1024, 768 * 1024
LINE = 8 * 1024
MAX_MESSAGE = 4 * 2**20
_DECODER = json.JSONDecoder()
_STEP = re.compile(r"^\[(?:(?P<stage>[^\]\s]+(?: [^\]\s]+)*?) +)?(?P<number>\d+)/(?P<of>\d+)\] (?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class BuildStep:
    """A step as BuildKit names it: the stage's name (empty where there is one stage), its number there, its words."""

    stage: str
    number: int
    of: int
    text: str

    @classmethod
    def named(cls, name: str) -> BuildStep | None:
        match = _STEP.match(name)
        if match is None:
            return None
        return cls(match["stage"] or "", int(match["number"]), int(match["of"]), match["text"])


@dataclass
class Log:
    """The beginning and the end of what was printed."""

    head: bytearray = field(default_factory=bytearray)
    tail: deque[bytes] = field(default_factory=deque)
    _kept: int = 0

    def add(self, data: bytes) -> None:
        free = HEAD - len(self.head)
        self.head += data[:free]
        if data[free:]:
            self.tail.append(data[free:])
            self._kept += len(data[free:])
        while self._kept > TAIL and self.tail:
            self._kept -= len(self.tail.popleft())

    def text(self) -> str:
        """Lines of any length are cut: one of them would hide the others."""
        whole = bytes(self.head) + (b"\n[...]\n" if self._kept else b"") + b"".join(self.tail)
        return "\n".join(line[:LINE] for line in whole.decode("utf-8", "replace").split("\n"))


@dataclass
class ProgressReader:
    """`said` are lines of the client itself; nothing that a step prints gets among them."""

    on_progress: Callable[[BuildProgress], None]
    said: list[str] = field(default_factory=list)
    failed: BuildStep | None = None
    running: BuildStep | None = None  # the one that began last
    error: str = ""
    cached: int = 0
    log: Log = field(default_factory=Log)
    logs: dict[str, Log] = field(default_factory=dict)
    _failed_digest: str = ""
    _names: dict[str, str] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)
    _rest: str = ""

    def feed(self, chunk: bytes) -> None:
        """Messages are objects over several lines, with plain lines between them."""
        text = self._rest + chunk.decode("utf-8", "replace")
        at = 0
        while at < len(text):
            if text[at].isspace():
                at += 1
            elif text[at] == "{":
                try:
                    message, at = _DECODER.raw_decode(text, at)
                except ValueError:
                    break
                self._read(message)
            else:
                end = text.find("\n", at)
                if end < 0:
                    break
                self.said.append(text[at:end])
                at = end
        self._rest = text[at:][-MAX_MESSAGE:]
        del self.said[:-400]

    def end(self) -> None:
        self.said += self._rest.splitlines()
        self._rest = ""

    def _read(self, message: dict[str, Any]) -> None:
        for vertex in message.get("vertexes") or ():
            self._vertex(vertex)
        for entry in message.get("logs") or ():
            data = base64.b64decode(entry.get("data") or "")
            self.log.add(data)
            self.logs.setdefault(str(entry.get("vertex")), Log()).add(data)

    def _vertex(self, vertex: dict[str, Any]) -> None:
        digest, name = str(vertex.get("digest")), str(vertex.get("name") or "")
        self._names[digest] = name
        step = BuildStep.named(name)
        error = str(vertex.get("error") or "")
        if error and not self.error and "context canceled" not in error:
            self.error, self.failed, self._failed_digest = error, step, digest
        if step is None or digest in self._begun or not (vertex.get("started") or vertex.get("cached")):
            return
        self._begun.add(digest)
        self.running = step
        self.cached += bool(vertex.get("cached"))
        if not step.text.startswith("FROM "):
            self.on_progress(BuildProgress(self._done(), self.steps, one_line(step.text)))

    def _steps(self, digests: set[str]) -> int:
        found = (BuildStep.named(self._names[digest]) for digest in digests)
        return sum(step is not None and not step.text.startswith("FROM ") for step in found)

    def _done(self) -> int:
        return self._steps(self._begun)

    @property
    def steps(self) -> int:
        """How many there are; all are named before the first of them begins."""
        return max(self._steps(set(self._names)), self._done())

    def failed_log(self) -> str:
        """What the failing step printed; where none is known, the whole log."""
        log = self.logs.get(self._failed_digest)
        return (log or self.log).text()
