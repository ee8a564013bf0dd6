"""The child process that reads an image: `docker save` on standard input, what is in its layers on standard output.

Run as a module with one argument, JSON: `own` holds the ids of the layers that the Dockerfile made; only these are
searched for credentials. A tar in a tar, read once and never kept: memory does not grow with the image.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from tools.credentials import credentials_in_text, has_embedded_credential

MEMORY, CPU_SECONDS = 1_536 * 2**20, 60
MAX_IMAGE, MAX_ENTRIES = 4 * 2**30, 400_000
SEARCHED, SMALL = 256 * 1024, 2**20
MAX_FOUND = 40
_BUFFER = 2**20
_SECRET_NAME = re.compile(
    r"(^|/)(id_(rsa|dsa|ecdsa|ed25519)|\.env(\.(?!example|sample|template|dist)[\w-]+)?|\.npmrc|\.pypirc|\.netrc|"
    r"\.git-credentials|\.docker/config\.json|\.aws/credentials|\.kube/config|kubeconfig|credentials\.json|"
    r"service[-_]account[\w-]*\.json|[\w.-]+\.(p12|pfx|jks|keystore))$"
)
_TEXT_NAME = re.compile(
    r"(\.(txt|env|ini|cfg|conf|json|ya?ml|toml|properties|sh|py|js|ts|rb|php|xml|pem|key|npmrc|netrc|tf|sql)|/[^./]+|/\.[\w-]+)$"
)
_PRIVATE_KEY = b"PRIVATE KEY-----"
_LIBRARIES = re.compile(r"(^|/)(site-packages|dist-packages|node_modules|\.cargo|go/pkg|usr/(lib|share|include))/")


@dataclass
class Layer:
    """Sizes by path; `gone` are paths and folders that it hides in the layers below."""

    sizes: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    secrets: list[tuple[str, str]] = field(default_factory=list)
    bytes: int = 0


class TooLarge(Exception):
    """More than is looked at."""


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
        "layers": list(_told(ordered)),
        "history": [[str(one.get("created_by", "")), bool(one.get("empty_layer"))] for one in config["history"]],
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


_counted = 0


def _layer(stream: Any, *, searched: bool) -> tuple[Layer, bytes | None]:
    global _counted  # noqa: PLW0603 - one image a process
    layer, accounts = Layer(), None
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
            _counted += 1
            if _counted > MAX_ENTRIES:
                raise TooLarge
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
                elif searched and len(layer.secrets) < MAX_FOUND:
                    layer.secrets += _secrets(path, archive, member)
            elif not member.isdir():
                layer.sizes[path] = 0
    return layer, accounts


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(member)
    return opened.read(SEARCHED) if opened else b""


def _secrets(path: str, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[tuple[str, str]]:
    """Files that are secret by their name, and texts that hold a key or a literal credential."""
    if not member.size or member.size > SMALL:
        return
    named = _SECRET_NAME.search(path)
    if not named and not _TEXT_NAME.search("/" + path):
        return
    data = _content(archive, member)
    if b"\0" in data[:1_024]:
        if named and path.endswith((".p12", ".pfx", ".jks", ".keystore")):
            yield path, "a key store"
        return
    if _PRIVATE_KEY in data and not _LIBRARIES.search(path):
        yield path, "a private key"
        return
    if _LIBRARIES.search(path):
        return
    text = data.decode("utf-8", "replace")
    if not named and not has_embedded_credential(text) and not path.endswith((".env", ".ini", ".cfg", ".conf")):
        return
    what = next(iter(credentials_in_text(text)), "")
    if what or (named and "id_" in path):
        yield path, what or "a private key"


def _told(layers: list[Layer]) -> Iterator[dict[str, Any]]:
    """How much of each layer is hidden by those above, and which of its secrets still can be seen."""
    above: list[Layer] = []
    results: list[dict[str, Any]] = []
    hidden = _Hidden()
    for layer in reversed(layers):
        results.append(
            {
                "bytes": layer.bytes,
                "files": len(layer.sizes),
                "hidden": sum(size for path, size in layer.sizes.items() if hidden.holds(path)),
                "secrets": [[path, what, hidden.holds(path)] for path, what in layer.secrets],
            }
        )
        hidden.add(layer)
        above.append(layer)
    yield from reversed(results)


class _Hidden:
    """Paths that a later layer replaced or removed, and folders that it removed or emptied."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._folders: set[str] = set()

    def add(self, layer: Layer) -> None:
        self._paths.update(layer.sizes, layer.gone)
        self._folders |= layer.gone | layer.emptied

    def holds(self, path: str) -> bool:
        if path in self._paths:
            return True
        return bool(self._folders) and any(folder in self._folders for folder in _above(path))


def _above(path: str) -> Iterator[str]:
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


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
        found: dict[str, Any] = scan(counted, frozenset(asked["own"]))
    except (TooLarge, MemoryError):
        found = {"error": "it holds more than I look at"}
    except (tarfile.TarError, KeyError, ValueError, OSError, zlib.error, RecursionError) as error:
        found = {"error": f"its layers could not be read ({type(error).__name__})"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
