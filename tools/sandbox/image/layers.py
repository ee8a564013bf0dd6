"""A layer of an image as its sizes by path: what it hides of those below, and what in it looks like a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tools.credentials import credentials_in_text, has_embedded_credential
from tools.sandbox.image.packages import MAX_PACKAGES, Named, Reader, packages_in

MAX_ENTRIES = 400_000
SEARCHED = 4 * 2**20  # bytes of a text that are read; one that is larger is named as not read
MAX_FOUND = 40
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
    unread: list[str] = field(default_factory=list)
    packages: dict[str, list[Named]] = field(default_factory=dict)  # by the file that names them
    bytes: int = 0

    def look_for_packages(self, path: str, read: Reader) -> None:
        """In layers of the base too: they are shipped."""
        found = list(islice(packages_in(path, read), MAX_PACKAGES))
        if found:
            self.packages[path] = found

    def look_at(self, path: str, size: int, read: Reader) -> None:
        """Searches a file of the Dockerfile's own layers for credentials, or notes that it is too large for it."""
        if size == 0 or len(self.secrets) >= MAX_FOUND or not _is_looked_at(path):
            return
        if size <= SEARCHED:
            self.secrets += secrets_in(path, read(SEARCHED))
        elif len(self.unread) < MAX_FOUND and not _LIBRARIES.search(path):
            self.unread.append(path)


class TooLarge(Exception):
    """More than is looked at."""


_counted = 0


def count_entry() -> None:
    global _counted  # noqa: PLW0603 - one image a process
    _counted += 1
    if _counted > MAX_ENTRIES:
        raise TooLarge


def _is_looked_at(path: str) -> bool:
    return _SECRET_NAME.search(path) is not None or _TEXT_NAME.search("/" + path) is not None


def secrets_in(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Files that are secret by their name, and texts that hold a key or a literal credential."""
    named = _SECRET_NAME.search(path)
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


def packages_of(layers: list[Layer]) -> list[tuple[str, str, str, int]]:
    """Of the image as it is seen from a container, with the layer that brought each, the lowest being 0."""
    hidden, found = _Hidden(), dict[Named, int]()
    for number, layer in reversed(list(enumerate(layers))):
        for path, packages in layer.packages.items():
            if not hidden.holds(path):
                found |= dict.fromkeys(packages, number)
        hidden.add(layer)
    below = [dict.fromkeys(one for named in layer.packages.values() for one in named) for layer in layers]
    first = {one: next((at for at, its in enumerate(below) if one in its), number) for one, number in found.items()}
    return sorted((*one, number) for one, number in first.items())[:MAX_PACKAGES]


def told(layers: list[Layer]) -> Iterator[dict[str, Any]]:
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
