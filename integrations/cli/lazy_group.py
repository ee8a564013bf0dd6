"""A group of commands that imports the module of a command when that command runs, and not for a help page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

OURS = frozenset({"agent", "evals", "integrations", "knowledge", "tools"})


@dataclass(frozen=True)
class LazyCommand:
    """Where a command is; `summary` is the first sentence of its help, for the list of commands."""

    module: str
    name: str
    summary: str
    extra: str = ""  # that the module's imports need; empty: the base has them all

    def load(self) -> click.Command:
        """The command itself, or one that says what to install."""
        try:
            module = import_module(self.module)
        except ModuleNotFoundError as error:
            if not self.extra or (error.name or "").partition(".")[0] in OURS:
                raise
            return _missing(self.extra, error.name or "one of its modules")
        command = getattr(module, self.name)
        assert isinstance(command, click.Command)  # noqa: S101 - a test loads every command of the table
        return command


class LazyGroup(click.Group):
    """Lists what stands in its table, in that order; errors, help and completion of names import nothing."""

    def __init__(self, name: str | None = None, *, entries: Mapping[str, LazyCommand], **settings: Any) -> None:
        described = {key: click.Command(key, help=entry.summary) for key, entry in entries.items()}
        super().__init__(name, described, **settings)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(self.entries)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is None:  # while completing, and there is no such command
            return name, command, rest
        return name, self.entries[name].load(), rest


class ExtraMissing(click.ClickException):
    """A command was asked for whose libraries are not installed."""

    exit_code = 2


def _missing(extra: str, module: str) -> click.Command:
    """Takes whatever arguments come, its help's too, and raises ExtraMissing."""

    @click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_context
    def missing(ctx: click.Context, arguments: tuple[str, ...]) -> None:  # noqa: ARG001 - whatever they are
        raise ExtraMissing(
            f"`{ctx.command_path}` needs the extra “{extra}”, which is not installed here: there is no module {module}."
            " In a checkout of the project, `make setup` installs it, and so does, into an environment of your own, "
            "`pip install --no-deps -r requirements.lock`."
        )

    return missing
