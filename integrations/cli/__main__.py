"""`python -m integrations.cli`: the `tutor` command where no script is installed."""

from __future__ import annotations

from integrations.cli.main import run

run()
