"""Base images from the registry that the operator configured, and Dockerfiles that name them by digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.dockerfile.image_names import ImageReference, parse_reference
from tools.errors import LabFailed

_REFERENCE = re.compile(r"[a-z0-9][a-z0-9._/-]{0,200}(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?")


def read(text: str) -> ImageReference:
    """`name`, `name:tag` or `name:tag@sha256:…`, without a host: the registry is the configured one."""
    if not _REFERENCE.fullmatch(text):
        raise LabFailed(f"“{text[:200]}” is neither a file here nor an image's name, as in python:3.12-slim.")
    found = parse_reference(text)
    return replace(found, tag=found.tag or "latest")


@cache
def _elsewhere() -> dict[str, tuple[str, ...]]:
    rows = yaml.safe_load(Path(__file__).with_name("registries.yaml").read_text())
    return {name: tuple(hosts) for name, hosts in rows.items()}


def hosts_of(registry: str) -> tuple[str, ...]:
    """All that the engine has to reach for an image of it, as `host` or `host:port`."""
    host = registry.partition("/")[0]
    return (host, *_elsewhere().get(host, ())) if host else ()


def pull(client: Any, registry: str, wanted: ImageReference) -> dict[str, str]:
    """The name that Dockerfiles use, with the digest. Where one is asked for it is these bytes or nothing."""
    place = f"{registry}/{wanted.repository}"
    image = client.images.pull(place, tag=wanted.digest or wanted.tag)
    image.tag(wanted.repository, wanted.tag)
    known = [attr.partition("@")[2] for attr in image.attrs.get("RepoDigests") or ()]
    if registry != "docker.io":  # there the two names are one
        client.images.remove(f"{place}@{wanted.digest}" if wanted.digest else f"{place}:{wanted.tag}")
    name = wanted.repository.removeprefix("library/")
    return {f"{name}:{wanted.tag}": wanted.digest or next(iter(known), "")}


def by_tag(text: str, digests: Mapping[str, str]) -> str:
    """An engine without a registry knows its images by tag only: the same text, where a digest that it has is named."""
    for image, digest in digests.items():
        known = parse_reference(image)
        name, tag = re.escape(known.repository), re.escape(known.tag)
        pinned = rf"(?<![\w./-])(?:docker\.io/)?(?:library/)?{name}(?::{tag})?@{re.escape(digest)}"
        text = re.sub(pinned, image, text)
    return text
