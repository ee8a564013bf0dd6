"""The child process that reads an image: `docker save` on standard input, what is in its layers on standard output.

Run as a module with one argument, JSON: `own` holds the ids of the layers that the Dockerfile made; only these are
searched for credentials. A tar in a tar, read once and never kept: memory does not grow with the image. Where the
engine's own folders can be read, `folders` names one for each layer and `config` the image's record; then nothing is
copied at all.
"""

from __future__ import annotations

import json
import resource
import sys
import tarfile
import zlib
from functools import partial
from typing import IO, Any

from tools.sandbox.image.layer_folders import ACCOUNTS, scan_folders
from tools.sandbox.image.layers import Layer, TooLarge, count_entry, packages_of, told

SMALL = 2**20  # bytes of a record of the image
MEMORY, CPU_SECONDS = 1_536 * 2**20, 60
MAX_IMAGE = 4 * 2**30
_BUFFER = 2**20


def scan(stream: IO[bytes], own: frozenset[str]) -> dict[str, Any]:
    """The image's layers in order, and its `/etc/passwd` as far as it names user ids."""
    layers: dict[str, Layer] = {}
    texts: dict[str, bytes] = {}
    passwd: dict[str, bytes] = {}
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isreg() else None
            if opened is None:
                continue
            blob = _Peeked(opened)
            if blob.is_layer:
                digest = member.name.rpartition("/")[2]
                layers[member.name], accounts = _layer(blob, searched=not own or digest in own)
                if accounts is not None:
                    passwd[member.name] = accounts
            elif member.size <= SMALL:
                texts[member.name] = blob.read()
    manifest = json.loads(texts["manifest.json"])[0]
    config = json.loads(texts[manifest["Config"]])
    names = [name for name in manifest["Layers"] if name in layers]
    ordered = [layers[name] for name in names]
    return {
        "layers": list(told(ordered)),
        "unread": [path for layer in ordered for path in layer.unread],
        "packages": packages_of(ordered),
        "history": [[str(entry.get("created_by", "")), bool(entry.get("empty_layer"))] for entry in config["history"]],
        "passwd": next((passwd[name] for name in reversed(names) if name in passwd), b"").decode("utf-8", "replace"),
    }


class _Peeked:
    """A member's bytes with its first block looked at; gzip is undone on the way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._head = stream, stream.read(1_024)
        self._gzip = zlib.decompressobj(31) if self._head.startswith(b"\x1f\x8b") else None
        self._made = b""
        # An empty layer is nothing but zeros.
        self.is_layer = self._gzip is not None or self._head[257:262] == b"ustar" or self._head.strip(b"\0") == b""

    def read(self, size: int = -1) -> bytes:
        if self._gzip is None:
            return self._raw(size)
        while size < 0 or len(self._made) < size:
            packed = self._gzip.unconsumed_tail or self._raw(_BUFFER)
            if not packed:
                break
            self._made += self._gzip.decompress(packed, _BUFFER)
        taken, self._made = (self._made, b"") if size < 0 else (self._made[:size], self._made[size:])
        return taken

    def _raw(self, size: int) -> bytes:
        head, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        rest = size - len(head)
        return head + (self._stream.read() if size < 0 else self._stream.read(rest) if rest else b"")


def _layer(stream: Any, *, searched: bool) -> tuple[Layer, bytes | None]:
    layer, accounts = Layer(), None
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
            count_entry()
            path = member.name.removeprefix("./").rstrip("/")
            folder, _, name = path.rpartition("/")
            if name == ".wh..wh..opq":
                layer.emptied.add(folder)
            elif name.startswith(".wh."):
                layer.gone.add(f"{folder}/{name[4:]}".lstrip("/"))
            elif member.isreg():
                layer.sizes[path] = member.size
                layer.bytes += member.size
                if path == "etc/passwd":
                    accounts = _content(archive, member)
                    continue
                read = partial(_content, archive, member)
                layer.look_for_packages(path, read)
                if searched and path not in layer.packages:
                    layer.look_at(path, member.size, read)
            elif not member.isdir():
                layer.sizes[path] = 0
    return layer, accounts


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, most: int = ACCOUNTS) -> bytes:
    opened = archive.extractfile(member)
    return opened.read(most) if opened else b""


class _Counted:
    """Standard input that ends where the largest image would."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MAX_IMAGE

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return data


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = json.loads(sys.argv[1])
    counted: Any = _Counted(sys.stdin.buffer)
    try:
        if "folders" in asked:
            found: dict[str, Any] = scan_folders(asked["folders"], asked["config"], len(asked["own"]))
        else:
            found = scan(counted, frozenset(asked["own"]))
    except (TooLarge, MemoryError):
        found = {"error": "it holds more than I look at"}
    except (tarfile.TarError, KeyError, ValueError, OSError, zlib.error, RecursionError) as error:
        found = {"error": f"its layers could not be read ({type(error).__name__})"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
