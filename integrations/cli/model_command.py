"""`tutor model`: a small language model of one's own, with no key and no account."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from integrations.cli.parameters import PATH
from integrations.local_model.process import TIMEOUT, serving

DEFAULT_PORT = 8322


@click.command()
@click.argument("weights", type=PATH, required=False, help="a GGUF file; without it, the packaged model")
@click.option("--port", default=DEFAULT_PORT, help="of the address; 0 takes a free one")
def model(weights: Path | None, port: int) -> None:
    """Serve a small language model on loopback. Prints the settings that let the tutor use it."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with serving(weights, port) as address:
        print(f"export OPENAI_API_KEY=local OPENAI_BASE_URL={address}", flush=True)
        print(f"export TUTOR_MODEL=local TUTOR_MODEL_PROTOCOL=chat TUTOR_MODEL_TIMEOUT={TIMEOUT:.0f}", flush=True)
        stopped.wait()
