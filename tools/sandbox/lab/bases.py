"""Base images that come in: each is looked at first, then all are added to one engine; a bad one keeps no other out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from docker.errors import DockerException

from tools.dockerfile.image_names import ImageReference
from tools.errors import LabFailed
from tools.sandbox.lab.registry import pull, read

# How a tar begins, at its place, and the compressed forms that an engine unpacks.
_TAR = (257, b"ustar")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Incoming:
    """`add` gives the names that came, each with its digest where it has one."""

    source: str
    add: Callable[[Any], Mapping[str, str]]


@dataclass(frozen=True)
class Taken:
    """`fault` says why it was not; empty where it was."""

    source: str
    names: Mapping[str, str]
    fault: str = ""


def incoming(source: str, registry: str) -> Incoming | Taken:
    """An archive or an image's name, once it can be one."""
    path = Path(source)
    try:
        if path.is_file():
            _check_archive(path)
            return Incoming(source, lambda client: _load_file(client, path))
        wanted = _named(source, registry)
        return Incoming(source, lambda client: pull(client, registry, wanted))
    except (LabFailed, OSError) as error:
        return Taken(source, {}, str(error))


def _named(source: str, registry: str) -> ImageReference:
    wanted = read(source)
    if not registry:
        raise LabFailed("No registry is configured. Name one: tutor engine start --registry HOST")
    return wanted


def _check_archive(path: Path) -> None:
    with path.open("rb") as opened:
        head = opened.read(512)
    place, magic = _TAR
    if head[place : place + len(magic)] != magic and not head.startswith(_PACKED):
        raise LabFailed(f"{path} is no archive of images. `docker save -o FILE NAME:TAG` writes one.")


def _load_file(client: Any, path: Path) -> dict[str, str]:
    with path.open("rb") as archive:
        return of_archive(client, archive)


def of_archive(client: Any, archive: IO[bytes]) -> dict[str, str]:
    return {tag: "" for image in client.images.load(archive) for tag in image.tags}


def taken(client: Any, one: Incoming) -> Taken:
    try:
        return Taken(one.source, one.add(client))
    except (DockerException, OSError) as error:
        return Taken(one.source, {}, f"The engine did not take the image: {str(error)[:300]}")
