"""Which uploads have a blueprint to start, and by which key the receipt of a run is kept."""

from __future__ import annotations

import hashlib

from tools.artefacts.registry import artefact_type
from tools.sandbox.build.context import dockerfiles_of
from tools.sandbox.stack.planning import blueprint_of
from tools.uploads.files import SourceFile, Upload


def has_blueprint(upload: Upload) -> bool:
    """Whether there is a stack to start that builds something of the upload, where there is something to build."""
    stack = blueprint_of(upload)
    if stack is None:
        return False
    return any(service.build is not None for service in stack.services.values()) or not dockerfiles_of(upload)


def stack_key(upload: Upload) -> str | None:
    """Digest of all that a run depends on: each file but prose. None where there is no blueprint."""
    if not has_blueprint(upload):
        return None
    state = hashlib.sha256(b"stack\0")
    for file in upload:
        artefact = artefact_type(file.kind)
        if artefact is None or not artefact.is_prose:
            state.update(f"{file.path}\0{file.digest}{_mode(file)}\n".encode())
    return "sha256:" + state.hexdigest()


def _mode(file: SourceFile) -> str:
    return "" if file.executable is None else f"\0{'x' if file.executable else '-'}"
