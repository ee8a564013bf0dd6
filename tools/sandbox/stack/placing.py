"""What is mounted into a service: volumes, files that were sent along, secrets with made-up values."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.compose.document import Mapping, Node, Scalar, Sequence
from tools.compose.interpolation import read_text
from tools.compose.stack import Mount, MountKind, Service, Stack
from tools.sandbox.stack.plan import PlacedFile
from tools.sandbox.stack.variables import Variables, dummy
from tools.uploads.files import Upload

MAX_PLACED = 4_000_000  # bytes of files that are put into one container


@dataclass
class Placed:
    """`made_up` are secrets and configurations that were not sent."""

    volumes: list[tuple[str, str, bool]] = field(default_factory=list)
    tmpfs: list[str] = field(default_factory=list)
    files: list[PlacedFile] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    made_up: list[str] = field(default_factory=list)


class Placing:
    def __init__(self, stack: Stack, upload: Upload, variables: Variables) -> None:
        self._stack, self._upload, self._variables = stack, upload, variables

    def of(self, service: Service) -> Placed:
        placed = Placed()
        for mount in service.mounts:
            self._mount(service, mount, placed)
        for kind, folder in (("secrets", "/run/secrets"), ("configs", "/")):
            for source, target in self._named(service.node.get(kind)):
                path = posixpath.normpath(posixpath.join(folder, target))
                placed.files.append(PlacedFile(path, self._content(kind, source, placed)))
        if sum(len(file.data) for file in placed.files) > MAX_PLACED:
            placed.left_out.append(f"the files mounted into `{service.name}` are too large to be put there")
            placed.files.clear()
        return placed

    def _mount(self, service: Service, mount: Mount, placed: Placed) -> None:
        target = posixpath.normpath(mount.target) if mount.target.startswith("/") else ""
        if not target or target == "/":
            placed.left_out.append(f"a mount of `{service.name}` has no path of its own in the container")
        elif mount.kind is MountKind.TMPFS:
            placed.tmpfs.append(target)
        elif mount.kind is MountKind.VOLUME:
            placed.volumes.append((mount.source, target, mount.read_only))
        elif mount.kind is MountKind.ANONYMOUS:
            placed.volumes.append(("", target, False))
        elif mount.kind is MountKind.BIND:
            self._bind(service, mount, target, placed)
        else:
            placed.left_out.append(f"a mount of `{service.name}` at `{target}` is of a kind that is not followed here")

    def _bind(self, service: Service, mount: Mount, target: str, placed: Placed) -> None:
        """Nothing of this machine is mounted; what was sent along is copied to where it would be."""
        source = posixpath.normpath(posixpath.join(posixpath.dirname(mount.place.file), mount.source))
        if mount.source.startswith(("/", "~", "$", "\\")) or source.startswith(".."):
            placed.left_out.append(f"`{mount.source[:60]}` of the host, mounted into `{service.name}`, is left out")
            return
        found = list(self._sent(source, target))
        if not found:
            placed.left_out.append(f"`{mount.source[:60]}`, mounted into `{service.name}`, was not sent along")
        placed.files += found

    def _sent(self, source: str, target: str) -> Iterator[PlacedFile]:
        file = self._upload.find(source)
        if file is not None:
            yield PlacedFile(target, file.data, file.executable)
            return
        folder = "" if source == "." else source + "/"
        for other in self._upload:
            if other.path.startswith(folder):
                inside = posixpath.join(target, other.path.removeprefix(folder))
                yield PlacedFile(inside, other.data, other.executable)

    def _named(self, node: Node | None) -> Iterator[tuple[str, str]]:
        """Source and target of each entry, in short and long form."""
        for item in node.items if isinstance(node, Sequence) else ():
            if isinstance(item, Mapping):
                source = self._text(item.get("source"))
                yield source, self._text(item.get("target")) or source
            elif isinstance(item, Scalar):
                yield item.value, item.value

    def _content(self, kind: str, source: str, placed: Placed) -> bytes:
        """A secret is always made up: what it is must not matter to whether the stack starts."""
        section = self._stack.root.get(kind)
        declared = section.get(source) if isinstance(section, Mapping) else None
        if kind == "configs" and isinstance(declared, Mapping):
            inline = self._text(declared.get("content"))
            file = self._upload.find(posixpath.normpath(self._text(declared.get("file")) or "?"))
            if inline or file is not None:
                return inline.encode() if inline else file.data if file is not None else b""
        placed.made_up.append(source)
        return dummy(source).encode()

    def _text(self, node: Node | None) -> str:
        return self._variables.resolved(read_text(node.value)) if isinstance(node, Scalar) and not node.is_null else ""
