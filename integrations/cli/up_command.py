"""`tutor up`: starts a blueprint as the tutor would, and prints the timeline."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from agent.builds.reports import told
from agent.settings import Settings
from integrations.cli.build_command import (
    NOT_RUNNING,
    UNUSABLE,
    BuildFormat,
    as_json,
    interrupts,
    print_reply,
    read_upload,
    shown,
)
from integrations.cli.parameters import PATH, format_option
from tools.errors import BuilderUnavailable
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.opening import open_builder, stack_runner


@click.command()
@click.argument("path", type=PATH, help="a folder or an archive of one, with a Compose file")
@click.option("--profile", "profiles", multiple=True, help="also start services of this profile")
@format_option(BuildFormat, "for people, or one JSON line")
def up(path: Path, *, profiles: tuple[str, ...], form: BuildFormat) -> None:
    """Start a Compose file: build it, watch it, stop it. Ends with 0, 1 (does not come up) or 2 (cannot run here)."""
    receipt = _brought_up(path, profiles)
    if form is BuildFormat.JSON:
        stack = receipt.stack
        came_up = stack is not None and stack.came_up
        click.echo(json.dumps({**as_json(str(path), receipt), "came_up": came_up}, ensure_ascii=False))
    else:
        print_reply(told(receipt).text)
    if receipt.waits_for_operator or receipt.outcome is Outcome.CANCELLED:
        sys.exit(UNUSABLE)
    sys.exit(0 if receipt.stack is not None and receipt.stack.came_up else NOT_RUNNING)


def _brought_up(path: Path, profiles: tuple[str, ...]) -> BuildReceipt:
    upload, settings = read_upload(path), Settings.read()
    builder = open_builder(
        settings.builds.value, settings.engine_url or None, settings.lab_folder, settings.watch_times
    )
    runner = stack_runner(builder)
    if runner is None:
        raise BuilderUnavailable(builder.status().reason)
    with interrupts() as stopped, shown() as show:
        return runner.up(upload, on_progress=show, cancelled=stopped, profiles=profiles)
