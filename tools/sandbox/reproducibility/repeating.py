"""Builds an upload twice under other circumstances, and says how far the two images agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import yaml
from docker.errors import DockerException

from tools.errors import BuilderUnavailable
from tools.sandbox.build.buildx import Buildx
from tools.sandbox.build.context import Context
from tools.sandbox.build.excerpts import one_line
from tools.sandbox.build.progress import ProgressReader
from tools.sandbox.build.refusals import LAYERED
from tools.sandbox.builder import BuildProgress
from tools.sandbox.engine.port import Engine, EngineJob, client
from tools.sandbox.image.inspection import ROOT, instructions_of, lines_of
from tools.sandbox.reproducibility.differences import EXPLAINED, HARMLESS, TarKind
from tools.sandbox.reproducibility.repetition import DifferenceCause, Repetition, Rung
from tools.sandbox.reproducibility.tracing import stage_named, traced, with_name
from tools.scratch import scratch
from tools.uploads.files import Upload

SECONDS, APART = 120.0, 1.1  # the second build begins in another second
MAX_IMAGE = 2 * 2**30
_PIECE = 2**20


class Repeater(Protocol):
    def repeat(
        self, upload: Upload, *, on_progress: Callable[[BuildProgress], None], cancelled: Callable[[], bool]
    ) -> Repetition:
        """Raises BuilderUnavailable where the engine fails."""
        ...


def repeat(
    context: Context,
    engine: Engine,
    *,
    on_progress: Callable[[BuildProgress], None],
    cancelled: Callable[[], bool],
) -> Repetition:
    """The caller has refused what is not built at all. Raises BuilderUnavailable where the engine fails."""
    twice = _Twice(context, engine, on_progress, cancelled)
    try:
        with scratch() as folder:
            return twice.run(folder)
    except (DockerException, OSError) as error:
        raise BuilderUnavailable(f"The engine failed while it built twice ({type(error).__name__}).") from None


@dataclass(frozen=True)
class _Twice:
    context: Context
    engine: Engine
    on_progress: Callable[[BuildProgress], None]
    cancelled: Callable[[], bool]
    target: str = ""  # the stage, where it is not the last

    def run(self, folder: Path) -> Repetition:
        """Each stage that a differing COPY takes from is built twice too, in the same folder."""
        return traced(self._run(folder), self.context.source.text, lambda name: replace(self, target=name).run(folder))

    def _run(self, folder: Path) -> Repetition:
        with self.engine.job() as job:
            first = self._build(job, folder / "first.tar", second=False)
        if first:
            return Repetition(Rung.NOT_COMPARABLE, f"The first build did not come to its end: {first}")
        time.sleep(APART)
        with self.engine.job() as job:
            job.pin(0)  # before anything runs in it
            second = self._build(job, folder / "second.tar", second=True)
        if second:
            return Repetition(Rung.SECOND_BUILD_FAILED, f"It was built once and not a second time: {second}")
        return self._compared(folder)

    def _build(self, job: EngineJob, archive: Path, *, second: bool) -> str:
        """Empty when it was built and saved; else why not."""
        tag = f"tutor-twice:{uuid4().hex}"
        buildx = Buildx(self.engine, job)
        text, target = with_name(self.context.source.text, self.target)
        source = replace(self.context.source, data=text.encode())
        sent = buildx.sent(replace(self.context, source=source), reverse=second)
        options = ["--no-cache", "--load", "--tag", tag, "--file", self.context.dockerfile]
        options += ["--target", target] if target else []
        options += ["--build-arg", "SOURCE_DATE_EPOCH=0", "--build-arg", f"BUILDKIT_CACHE_MOUNT_NS={uuid4().hex}"]
        progress = ProgressReader(lambda one: self.on_progress(_half(one, second=second)))
        ended = buildx.run(sent, options, progress, self.cancelled)
        if ended.limit is not None or ended.code:
            return ended.limit.value if ended.limit else one_line(progress.error or " ".join(progress.said[-1:]), 200)
        with client(self.engine.base_url) as opened:
            image = opened.images.get(tag)
            try:
                _save(image, archive)
            finally:
                opened.images.remove(tag, force=True)
        return ""

    def _compared(self, folder: Path) -> Repetition:
        own = instructions_of(stage_named(self.context.source.text, self.target))
        count = sum(word.keyword in LAYERED for word in own)
        asked = json.dumps({"a": str(folder / "first.tar"), "b": str(folder / "second.tar"), "own": count})
        command = [sys.executable, "-s", "-E", "-m", "tools.sandbox.reproducibility.comparing", asked]
        try:
            done = subprocess.run(
                command, capture_output=True, cwd=ROOT, env={"PATH": os.defpath}, timeout=SECONDS, check=False
            )
            found = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            found = {"error": "they hold more than I compare"}
        if "error" in found:
            return Repetition(Rung.NOT_COMPARABLE, f"I could not compare the two images: {found['error']}.")
        return _told(found, lines_of(found["history"], own), count, (self._perturbed(), self._not_tested()))

    def _perturbed(self) -> tuple[str, ...]:
        pinned = ("one processor",) if self.engine.isolated else ()
        return ("a later second", "files sent in reverse order", "another container", *pinned)

    def _not_tested(self) -> tuple[str, ...]:
        if self.engine.network == "none":
            return ("the network: what a mirror would give tomorrow cannot differ where there is none",)
        return ("another day: what mirrors and registries give changes over time",)


def _half(one: BuildProgress, *, second: bool) -> BuildProgress:
    name = "second" if second else "first"
    return BuildProgress(one.step + (one.steps if second else 0), 2 * one.steps, f"{name} build: {one.text}")


def _save(image: Any, archive: Path) -> None:
    with archive.open("wb") as file:
        for piece in image.save(chunk_size=_PIECE):
            if file.tell() > MAX_IMAGE:
                raise BuilderUnavailable("The image is larger than what I compare.")
            file.write(piece)


def _told(
    found: Mapping[str, Any],
    lines: list[tuple[int, str]],
    own: int,
    circumstances: tuple[tuple[str, ...], tuple[str, ...]],
) -> Repetition:
    causes = tuple(cause for layer in found["layers"] for cause in _causes(layer, lines))
    rung = _rung(found, causes)
    differing = len(found["layers"])
    samples = [line for layer in found["layers"] for line in layer["sample"]]
    return Repetition(
        rung,
        _summary(rung, own, differing, causes),
        own,
        differing,
        causes,
        tuple((one[0], one[1], one[2], one[3]) for layer in found["layers"] for one in layer["packages"]),
        tuple(found["config"]),
        tuple(one_line(line, 160) for line in samples[:6]),
        *circumstances,
    )


def _causes(layer: Mapping[str, Any], lines: list[tuple[int, str]]) -> list[DifferenceCause]:
    line, step = lines[layer["index"]] if layer["index"] < len(lines) else (0, "")
    made = []
    for name, count in layer["classes"].items():
        words, example = _words()[name], f"/{one_line(layer['examples'][name][0], 100)}"
        made.append(
            DifferenceCause(
                line, step, TarKind(name), count, example, words["text"].format(it=example), words["question"]
            )
        )
    return made


def _rung(found: Mapping[str, Any], causes: tuple[DifferenceCause, ...]) -> Rung:
    kinds = {cause.kind for cause in causes}
    if found["same_image"]:
        return Rung.BIT_FOR_BIT
    if not found["same_number"] or found["config"]:
        return Rung.UNEXPLAINED
    if found["same_layers"]:
        return Rung.LAYERS_IDENTICAL
    if kinds <= HARMLESS:
        return Rung.CONTENT_IDENTICAL
    if kinds <= HARMLESS | EXPLAINED:
        return Rung.EXPLAINED_NOISE
    return Rung.PACKAGE_DRIFT if kinds <= HARMLESS | EXPLAINED | {TarKind.PACKAGES} else Rung.UNEXPLAINED


def _summary(rung: Rung, own: int, differing: int, causes: tuple[DifferenceCause, ...]) -> str:
    real = sum(cause.count for cause in causes if cause.kind not in HARMLESS)
    of = f"{differing} of your {own} layers differ"
    return {
        Rung.BIT_FOR_BIT: "Both builds gave the same image, bit for bit.",
        Rung.LAYERS_IDENTICAL: "Both builds gave the same layers; only the image's own record differs.",
        Rung.CONTENT_IDENTICAL: f"Both images hold the same: {of}, by the times or the order of files only.",
        Rung.EXPLAINED_NOISE: f"{of}; {real} paths really differ, for a reason that can be named.",
        Rung.PACKAGE_DRIFT: f"{of}: the second build installed other versions.",
    }.get(rung, f"{of}; {real} paths really differ.")


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("differences.yaml").read_text("utf-8"))
    return found
