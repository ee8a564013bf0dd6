"""Base images from the registry that the operator configured, and Dockerfiles that name them by digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.errors import LabFailed

_REFERENCE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._/-]{0,200})(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True)
class Reference:
    name: str
    tag: str
    digest: str = ""

    @classmethod
    def read(cls, text: str) -> Reference:
        """`name`, `name:tag` or `name:tag@sha256:…`, without a host: the registry is the configured one."""
        found = _REFERENCE.fullmatch(text)
        if not found:
            raise LabFailed(f"“{text[:200]}” is neither a file here nor an image's name, as in python:3.12-slim.")
        return cls(found["name"], found["tag"] or "latest", found["digest"] or "")

    def __str__(self) -> str:
        return f"{self.name}:{self.tag}"


@cache
def _elsewhere() -> dict[str, tuple[str, ...]]:
    rows = yaml.safe_load(Path(__file__).with_name("registries.yaml").read_text())
    return {name: tuple(hosts) for name, hosts in rows.items()}


def hosts_of(registry: str) -> tuple[str, ...]:
    """All that the engine has to reach for an image of it, as `host` or `host:port`."""
    host = registry.partition("/")[0]
    return (host, *_elsewhere().get(host, ())) if host else ()


def pull(client: Any, registry: str, reference: Reference) -> dict[str, str]:
    """The name that Dockerfiles use, with the digest. Where one is asked for it is these bytes or nothing."""
    place = f"{registry}/{reference.name}"
    image = client.images.pull(place, tag=reference.digest or reference.tag)
    image.tag(reference.name, reference.tag)
    known = [one.partition("@")[2] for one in image.attrs.get("RepoDigests") or ()]
    if registry != "docker.io":  # there the two names are one
        client.images.remove(f"{place}@{reference.digest}" if reference.digest else f"{place}:{reference.tag}")
    return {str(reference).removeprefix("library/"): reference.digest or next(iter(known), "")}


def by_tag(text: str, digests: Mapping[str, str]) -> str:
    """An engine without a registry knows its images by tag only: the same text, where a digest that it has is named."""
    for image, digest in digests.items():
        name, _, tag = image.rpartition(":")
        pinned = (
            rf"(?<![\w./-])(?:docker\.io/)?(?:library/)?{re.escape(name)}(?::{re.escape(tag)})?@{re.escape(digest)}"
        )
        text = re.sub(pinned, image, text)
    return text
