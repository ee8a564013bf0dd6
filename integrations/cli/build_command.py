"""`tutor build`: builds a folder, an archive or a Dockerfile as the tutor would, and prints the receipt."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.markdown import Markdown

from agent.builds.reports import told
from agent.builds.reproducibility_report import told_twice
from agent.settings import Settings
from integrations.cli.attachments import read_attachments
from integrations.cli.parameters import PATH, format_option
from tools.errors import BuilderUnavailable, UploadRefused
from tools.sandbox.builder import Builder, BuildProgress, BuildReceipt, Outcome
from tools.sandbox.image.bill_of_materials import bill_of_materials
from tools.sandbox.opening import open_builder, repeater
from tools.sandbox.reproducibility.repetition import Rung
from tools.uploads.archives.expanding import expand
from tools.uploads.files import Upload

NOT_RUNNING, UNUSABLE = 1, 2


class BuildFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@click.command()
@click.argument("path", type=PATH, help="a folder, an archive of one, or a Dockerfile")
@click.option("--twice", is_flag=True, help="build twice and say what differs")
@click.option("--log", type=click.File("w"), help="where the log of a step that failed is written, credentials masked")
@click.option("--sbom", type=click.File("w"), help="where the image's packages are listed, as CycloneDX in JSON")
@format_option(BuildFormat, "for people, or one JSON line")
def build(path: Path, *, twice: bool, log: TextIO | None, sbom: TextIO | None, form: BuildFormat) -> None:
    """Build a Dockerfile and start the image. Ends with 0, 1 (does not build or run) or 2 (cannot be built here)."""
    upload = read_upload(path)
    settings = Settings.read()
    builder = open_builder(
        settings.builds.value, settings.engine_url or None, settings.lab_folder, settings.watch_times
    )
    status = builder.status()
    if not status.available:
        raise BuilderUnavailable(status.reason)
    if twice:
        _build_twice(builder, upload, path, form)
        return
    receipt = _built(builder, upload)
    if log is not None:
        log.write(receipt.log)
    if sbom is not None:
        sbom.write(bill_of_materials(receipt))
    if form is BuildFormat.JSON:
        click.echo(json.dumps(as_json(str(path), receipt), ensure_ascii=False))
    else:
        print_reply(told(receipt).text)
    if receipt.outcome in (Outcome.INFRASTRUCTURE, Outcome.CANCELLED):
        sys.exit(UNUSABLE)
    sys.exit(0 if receipt.builds_and_runs else NOT_RUNNING)


def _build_twice(builder: Builder, upload: Upload, path: Path, form: BuildFormat) -> None:
    """Ends with 0 where both images hold the same, and with 1 where they do not."""
    runner = repeater(builder)
    if runner is None:
        raise BuilderUnavailable(builder.status().reason)
    with interrupts() as stopped, shown() as show:
        found = runner.repeat(upload, on_progress=show, cancelled=stopped)
    if form is BuildFormat.JSON:
        click.echo(json.dumps({"path": str(path), **asdict(found)}, ensure_ascii=False))
    else:
        print_reply(told_twice(found).text)
    if found.rung in (Rung.NOT_COMPARABLE, Rung.SECOND_BUILD_FAILED):
        sys.exit(UNUSABLE)
    sys.exit(0 if found.rung in _SAME else NOT_RUNNING)


_SAME = (Rung.BIT_FOR_BIT, Rung.LAYERS_IDENTICAL, Rung.CONTENT_IDENTICAL)


def print_reply(text: str) -> None:
    """Lines of a chat are paragraphs of Markdown; those between fences stay as they are."""
    parts = text.split("```")
    spaced = (part.replace("\n", "\n\n").replace("\n\n- ", "\n- ") for part in parts[::2])
    fenced = (f"```{part}```" for part in parts[1::2])
    Console().print(Markdown("".join(piece for pair in zip_longest(spaced, fenced, fillvalue="") for piece in pair)))


def as_json(path: str, receipt: BuildReceipt) -> dict[str, Any]:
    return {"path": path, "builds_and_runs": receipt.builds_and_runs, **asdict(receipt)}


def read_upload(path: Path) -> Upload:
    files, refused = read_attachments([str(path)])
    expanded = expand(files)
    problems = [*refused, *expanded.refused]
    if problems:
        raise UploadRefused(" ".join(problems))
    for note in expanded.notes:
        click.echo(note, err=True)
    return Upload.of(expanded.files)


def _built(builder: Builder, upload: Upload) -> BuildReceipt:
    """An interrupt stops the build, and what it left is cleared before the command ends."""
    with interrupts() as stopped, shown() as show:
        return builder.build(upload, on_progress=show, cancelled=stopped)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked to stop; nothing is left half done."""
    asked: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def shown() -> Iterator[Callable[[BuildProgress], None]]:
    """On standard error: a line that changes for a person, a line a step for a file."""
    if not sys.stderr.isatty():
        yield lambda progress: click.echo(_said(progress), err=True)
        return
    with Console(stderr=True).status("building …", spinner="dots") as status:
        yield lambda progress: status.update(_said(progress))


def _said(progress: BuildProgress) -> str:
    return f"step {progress.step} of {progress.steps}: {progress.text}" if progress.steps else progress.text
