"""`tutor policy`: the tutoring policy as diagrams."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.conversation.policy_diagram import document


def policy(
    out: Annotated[Path | None, typer.Option(help="write the page there instead of printing it")] = None,
) -> None:
    """Draw the tutoring policy and the conversation's graph from the code, as Mermaid in Markdown."""
    if out is None:
        print(document(), end="")
    else:
        out.write_text(document(), "utf-8")
