"""`tutor explain`: one rule with its examples and where to read on."""

from __future__ import annotations

import click

from tools.inspection.explaining import as_text, close_to, explanations

UNKNOWN = 2


@click.command()
@click.argument("rule", help="its id, as a finding names it")
def explain(rule: str) -> None:
    """Explain a rule of `tutor inspect`, with examples.

    What it finds, a bad and a good example, and links.
    Ends with 2 where there is no such rule.
    """
    found = explanations().get(rule) or explanations().get(rule.lower()) or explanations().get(rule.upper())
    if found is None:
        near = ", ".join(close_to(rule))
        meant = f" Close to it: {near}." if near else " `tutor inspect --rules` lists them."
        click.echo(f"tutor: There is no rule “{rule}”.{meant}", err=True)
        raise SystemExit(UNKNOWN)
    click.echo(as_text(found))
