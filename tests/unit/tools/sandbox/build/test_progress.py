"""BuildKit's raw progress, in any pieces and with hostile content."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tools.sandbox.build.progress import LINE, BuildStep, Log, ProgressReader
from tools.sandbox.builder import BuildProgress


def vertex(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"vertexes": [{"digest": f"sha256:{number}", "name": name, **more}]}


def log(number: int, text: bytes) -> dict[str, Any]:
    return {"logs": [{"vertex": f"sha256:{number}", "stream": 1, "data": base64.b64encode(text).decode()}]}


RUN = "[build 2/3] RUN make"
MESSAGES = [
    vertex(0, "[internal] load remote build context", started="t"),
    vertex(1, "[build 1/3] FROM docker.io/library/busybox:1"),
    vertex(2, RUN),
    vertex(3, "[build 3/3] COPY . ."),
    vertex(1, "[build 1/3] FROM docker.io/library/busybox:1", started="t", cached=True),
    vertex(2, RUN, started="t"),
    log(2, b"making\n"),
    vertex(2, RUN, started="t", error="exit code: 2"),
]
STREAM = (
    "\n".join(json.dumps(message, indent=2) for message in MESSAGES) + "\nDockerfile:2\nERROR: failed to solve: x\n"
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    seen: list[BuildProgress] = []
    progress = ProgressReader(seen.append)
    places = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(places):
        progress.feed(STREAM[start:end].encode())
    progress.end()
    assert seen == [BuildProgress(1, 2, "RUN make")]
    assert progress.failed == BuildStep("build", 2, 3, "RUN make")
    assert progress.failed_log() == "making\n"
    assert progress.said == ["Dockerfile:2", "ERROR: failed to solve: x"]


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    progress = ProgressReader(lambda _: None)
    progress.feed(data)
    progress.end()


def test_a_step_cannot_speak_for_the_builder() -> None:
    """What a step prints comes encoded, so it makes no message and no line of the client."""
    progress = ProgressReader(lambda _: None)
    fake = json.dumps(vertex(9, "[9/9] RUN fake", started="t", error="spoofed")).encode() + b"\nDockerfile:99\n"
    progress.feed(json.dumps(log(2, fake)).encode())
    assert (progress.failed, progress.said, progress.error) == (None, [], "")


def test_a_cancelled_neighbour_is_not_the_failure() -> None:
    progress = ProgressReader(lambda _: None)
    progress.feed(json.dumps(vertex(1, "[a 2/2] RUN x", error="context canceled")).encode())
    progress.feed(json.dumps(vertex(2, RUN, error="exit code: 2")).encode())
    assert progress.failed is not None
    assert progress.failed.text == "RUN make"


def test_a_log_keeps_its_beginning_and_its_end() -> None:
    kept = Log()
    kept.add(b"first\n")
    for number in range(3_000):
        kept.add(b"%d %s\n" % (number, b"x" * 1_000))
    text = kept.text()
    assert text.startswith("first\n")
    assert "2999 " in text
    assert len(text) < 1_200_000
    kept.add(b"y" * 100_000)
    assert max(map(len, kept.text().split("\n"))) <= LINE


def test_names_of_steps() -> None:
    assert BuildStep.named("[2/7] RUN a") == BuildStep("", 2, 7, "RUN a")
    assert BuildStep.named("[stage-1 2/7] RUN a") == BuildStep("stage-1", 2, 7, "RUN a")
    assert BuildStep.named("[linux/arm64 build 2/7] RUN a") == BuildStep("linux/arm64 build", 2, 7, "RUN a")
    assert BuildStep.named("[internal] load .dockerignore") is None
