"""`tutor policy`: the tutoring policy as diagrams."""

from __future__ import annotations

from pathlib import Path

import click

from agent.conversation.policy_diagram import document
from integrations.cli.parameters import PATH


@click.command()
@click.option("--out", type=PATH, help="write the page there instead of printing it")
def policy(out: Path | None) -> None:
    """Draw the tutoring policy and the conversation's graph. The page is Mermaid in Markdown, made from the code."""
    if out is None:
        print(document(), end="")
    else:
        out.write_text(document(), "utf-8")
