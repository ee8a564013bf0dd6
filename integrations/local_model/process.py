"""The model's server as a child that never outlives us."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.errors import ConfigurationInvalid
from agent.llm.port import WireProtocol
from agent.settings import Settings
from integrations.local_model.weights import find_weights, require_server

TIMEOUT = 120.0  # seconds for one answer: two cores read some hundred tokens a second
_GRACE = 10  # seconds to end by itself


@contextmanager
def serving(weights: Path | None = None, port: int = 0) -> Iterator[str]:
    """The base address for an OpenAI client; ConfigurationInvalid says what is missing, or that it did not start."""
    require_server()
    command = [sys.executable, "-m", "integrations.local_model", str(find_weights(weights).resolve()), str(port)]
    # Idle threads that spin take the cores from the one that still computes.
    environment = os.environ | {"OMP_WAIT_POLICY": "passive"}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    )
    with child:
        try:
            yield f"{_address(child)}/v1"
        finally:
            _end(child)


def _address(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None  # noqa: S101 - asked for as a pipe
    line = child.stdout.readline().strip()
    if not line.startswith("http://"):
        raise ConfigurationInvalid("The local model did not start: its file may be broken, or the port taken.")
    return line


def _end(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None  # noqa: S101 - asked for as a pipe
    child.stdin.close()
    try:
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()


def local_settings(address: str, **changes: object) -> Settings:
    """The usual settings, but for the model."""
    spoken = {"OPENAI_API_KEY": "local", "OPENAI_BASE_URL": address}
    patient = {"model_timeout": TIMEOUT, "model_turn_seconds": TIMEOUT}
    return Settings.read(model="local", model_protocol=WireProtocol.CHAT, **patient, **spoken, **changes)
