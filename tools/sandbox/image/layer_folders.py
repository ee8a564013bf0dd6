"""Layers as an engine keeps them on disk: nothing is copied, no link is followed, only small files are opened."""

from __future__ import annotations

import json
import os
import stat
from functools import partial
from pathlib import Path
from typing import Any

from tools.sandbox.image.layers import Layer, count_entry, packages_of, told

ACCOUNTS = 2**18  # bytes of `/etc/passwd` that are read


def scan_folders(folders: list[str], config: str, own: int) -> dict[str, Any]:
    """What `scan` tells of a stream; `folders` are the layers, lowest first, and `config` is the image's record."""
    layers = [_folder(Path(one), searched=index >= len(folders) - own) for index, one in enumerate(folders)]
    history = json.loads(Path(config).read_bytes())["history"]
    accounts = (Path(folder) / "etc/passwd" for folder in reversed(folders))
    found = next(
        (_opened(account, ACCOUNTS) for account in accounts if account.is_file() and not account.is_symlink()), b""
    )
    return {
        "layers": list(told(layers)),
        "unread": [path for layer in layers for path in layer.unread],
        "packages": packages_of(layers),
        "history": [[str(message.get("created_by", "")), bool(message.get("empty_layer"))] for message in history],
        "passwd": found.decode("utf-8", "replace"),
    }


def _folder(root: Path, *, searched: bool) -> Layer:
    layer, linked = Layer(), set[int]()
    for folder, folders, names in os.walk(root):
        inside = os.path.relpath(folder, root).removeprefix(".").lstrip("/")
        if folders and any(_is_opaque(f"{folder}/{name}") for name in folders):
            layer.emptied |= {f"{inside}/{name}".lstrip("/") for name in folders if _is_opaque(f"{folder}/{name}")}
        for name in names:
            count_entry()
            path, status = f"{inside}/{name}".lstrip("/"), os.lstat(f"{folder}/{name}")
            if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
                layer.gone.add(path)
            elif not stat.S_ISREG(status.st_mode) or status.st_ino in linked:
                layer.sizes[path] = 0
            else:
                linked |= {status.st_ino} if status.st_nlink > 1 else set()
                layer.sizes[path] = status.st_size
                layer.bytes += status.st_size
                read = partial(_opened, Path(folder) / name)
                layer.look_for_packages(path, read)
                if searched and path not in layer.packages:
                    layer.look_at(path, status.st_size, read)
    return layer


def _is_opaque(folder: str) -> bool:
    try:
        return os.getxattr(folder, "trusted.overlay.opaque", follow_symlinks=False) == b"y"
    except OSError:
        return False


def _opened(path: Path, most: int) -> bytes:
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(number, "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(number).st_mode) else b""
