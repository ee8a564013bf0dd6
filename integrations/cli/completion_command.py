"""`tutor completion`: what a shell needs to complete the command."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)), help="which shell the script is for")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands and options.

    bash and zsh: `eval "$(tutor completion bash)"` in ~/.bashrc, or zsh in ~/.zshrc; fish: `tutor completion fish >
    ~/.config/fish/completions/tutor.fish`.
    """
    root = ctx.find_root()
    click.echo(SHELLS[shell](root.command, {}, "tutor", "_TUTOR_COMPLETE").source())
