"""The child process that compares two builds: paths of two `docker save` archives in, differences out.

Run as a module with one argument, JSON: `a`, `b`, and how many layers are the Dockerfile's `own`. Layers are compared
by what is in them; each path that differs is put into one class, and only counts and a few examples are told.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import resource
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any

from tools.sandbox.reproducibility import differences
from tools.sandbox.reproducibility.differences import TarEntry, TarKind

MEMORY, CPU_SECONDS = 2**31, 120
MAX_ENTRIES = 200_000
KEPT, KEPT_DATABASE = 256 * 1024, 16 * 2**20
EXAMPLES, LINES = 5, 12
_PIECE = 2**20


@dataclass
class LayerDifference:
    index: int
    classes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    packages: list[tuple[str, str, str, str]] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)

    def add(self, kind: TarKind, path: str) -> None:
        self.classes[kind.value] += 1
        shown = self.examples.setdefault(kind.value, [])
        if len(shown) < EXAMPLES:
            shown.append(path)


class ComparisonTooLarge(Exception):
    """More than is compared."""


@dataclass
class Image:
    """One archive of `docker save`, open for reading at any place."""

    archive: tarfile.TarFile
    config: dict[str, Any]
    layers: list[str]
    image: str

    @classmethod
    def open(cls, path: str, stack: ExitStack) -> Image:
        archive = stack.enter_context(tarfile.open(path, mode="r:"))  # noqa: SIM115 - the stack closes it
        manifest = json.loads(_read(archive, "manifest.json"))[0]
        return cls(archive, json.loads(_read(archive, manifest["Config"])), manifest["Layers"], manifest["Config"])

    @property
    def diff_ids(self) -> list[str]:
        return list(self.config["rootfs"]["diff_ids"])

    def layer(self, index: int, stack: ExitStack) -> tarfile.TarFile:
        opened = self.archive.extractfile(self.layers[index])
        return stack.enter_context(tarfile.open(fileobj=opened, mode="r:*"))


def compare(a_path: str, b_path: str, own: int) -> dict[str, Any]:
    with ExitStack() as stack:
        a, b = Image.open(a_path, stack), Image.open(b_path, stack)
        first = max(0, len(a.layers) - own)
        both = range(first, min(len(a.layers), len(b.layers)))
        other = [index for index in both if a.diff_ids[index] != b.diff_ids[index]]
        found = [_compared(index, a.layer(index, stack), b.layer(index, stack)) for index in other]
        return {
            "same_image": a.image == b.image,
            "same_layers": a.diff_ids == b.diff_ids,
            "same_number": len(a.layers) == len(b.layers),
            "config": sorted(_config_differences(a.config, b.config)),
            "history": [
                [str(entry.get("created_by", "")), bool(entry.get("empty_layer"))] for entry in a.config["history"]
            ],
            "layers": [vars(match_found) for match_found in found],
        }


def _config_differences(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    one, other = a.get("config") or {}, b.get("config") or {}
    yield from (key for key in {*one, *other} if one.get(key) != other.get(key))


def _compared(index: int, a: tarfile.TarFile, b: tarfile.TarFile) -> LayerDifference:
    found = LayerDifference(index)
    one, other = _entries(a), _entries(b)
    for path in sorted({*one, *other}):
        left, right = one.get(path), other.get(path)
        if left == right:
            continue
        contents = _contents(a, left), _contents(b, right)
        kind = differences.kind_of(path, left, right, *contents)
        if kind is None:
            continue
        found.add(kind, path)
        if kind is TarKind.PACKAGES:
            found.packages += differences.packages(path, *contents)[:20]
        elif not found.sample and kind in differences.SHOWN:
            found.sample = _sample(*contents)
    if not found.classes:
        found.add(TarKind.ORDER if list(one) != list(other) else TarKind.TIME, next(iter(one), ""))
    return found


def _entries(archive: tarfile.TarFile) -> dict[str, TarEntry]:
    found: dict[str, TarEntry] = {}
    for info in archive:
        if len(found) >= MAX_ENTRIES:
            raise ComparisonTooLarge
        path = info.name.removeprefix("./").rstrip("/")
        digest = _digest(archive.extractfile(info)) if info.isreg() else ""
        found[path] = TarEntry(
            info.type.decode("latin-1"), info.mode, info.uid, info.gid, info.linkname, digest, info.size, info.name
        )
    return found


def _digest(stream: IO[bytes] | None) -> str:
    state = hashlib.sha256()
    while stream is not None and (piece := stream.read(_PIECE)):
        state.update(piece)
    return state.hexdigest()


def _contents(archive: tarfile.TarFile, entry: TarEntry | None) -> bytes:
    if entry is None or not entry.digest:
        return b""
    most = KEPT_DATABASE if differences.is_database(entry.name) else KEPT
    opened = archive.extractfile(entry.name)
    return opened.read(most) if opened else b""


def _sample(a: bytes, b: bytes) -> list[str]:
    if b"\0" in a + b:
        return []
    one, other = (text.decode("utf-8", "replace").splitlines()[:400] for text in (a, b))
    lines = difflib.unified_diff(one, other, "first build", "second build", lineterm="", n=0)
    return [line[:200] for line in lines][2 : LINES + 2]


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    opened = archive.extractfile(name)
    return opened.read() if opened else b""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = json.loads(sys.argv[1])
    try:
        found = compare(asked["a"], asked["b"], asked["own"])
    except (ComparisonTooLarge, MemoryError):
        found = {"error": "they hold more than I compare"}
    except (tarfile.TarError, KeyError, ValueError, OSError, RecursionError) as error:
        found = {"error": f"their layers could not be read ({type(error).__name__})"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
