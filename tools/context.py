"""An upload as a canonical build context: the same files give the same tar and the same key."""

from __future__ import annotations

import hashlib
import io
import posixpath
import tarfile

from tools.files import FileKind, SourceFile, Upload


def dockerfile_of(upload: Upload) -> SourceFile | None:
    """The Dockerfile that is built: the one called so, nearest to the root, else the only one."""
    files = sorted(upload.of_kind(FileKind.DOCKERFILE), key=lambda file: (file.path.count("/"), file.path))
    named = [file for file in files if posixpath.basename(file.path).lower() in ("dockerfile", "containerfile")]
    return next(iter(named or files), None)


def context_files(upload: Upload) -> tuple[SourceFile, ...]:
    """What the builder gets: not the plan and not the blueprint, whose edits change no image."""
    left_out = (FileKind.PLAN, FileKind.COMPOSE)
    return tuple(file for file in upload if file.kind not in left_out)


def context_key(upload: Upload) -> str | None:
    """Digest of the canonical context; None without a Dockerfile."""
    if dockerfile_of(upload) is None:
        return None
    return "sha256:" + hashlib.sha256(context_tar(upload)).hexdigest()


def context_tar(upload: Upload) -> bytes:
    """Regular files only, sorted, with fixed owner, mode and time; nothing is read from or written to the host."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in context_files(upload):
            info = tarfile.TarInfo(file.path)
            info.size, info.mode = len(file.data), 0o755 if file.data.startswith(b"#!") else 0o644
            archive.addfile(info, io.BytesIO(file.data))
    return buffer.getvalue()
