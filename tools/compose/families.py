"""What well-known services are: how their images are called, where they keep state, which ports are theirs.

A family is recognised by its image, or, where an image is built here, by its Dockerfile's base or its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.compose.dockerfiles import final_base
from tools.compose.stack import Service, Stack
from tools.dockerfile.image_names import parse_reference


@dataclass(frozen=True)
class Move:
    """A release that keeps its data elsewhere: from `since` on at `to` and no longer at `was`."""

    tags: tuple[str, ...]
    images: str
    since: int
    was: str
    to: str
    refuses: bool  # whether the image does not start with a volume in the old place

    def release_of(self, reference: str) -> int | None:
        """The release that a reference names, as far as the move speaks of that image."""
        image = parse_reference(reference)
        if re.fullmatch(self.images, image.name.lower()) is None or "bitnami" in image.repository:
            return None
        found = (re.search(pattern, image.tag) for pattern in self.tags)
        return next((int(match[1]) for match in found if match), None)


@dataclass(frozen=True)
class Family:
    """`mention` finds the family in prose; `ports` are those that only other services need."""

    name: str
    images: str
    mention: str
    names: frozenset[str] = frozenset()
    data: tuple[str, ...] = ()
    ports: frozenset[str] = frozenset()
    kept: bool = True  # whether what it holds is lost for good without a volume
    serves_models: bool = False
    moved: Move | None = None

    def has_image(self, repository: str) -> bool:
        return re.search(rf"(?:^|/)(?:{self.images})$", repository.lower()) is not None

    def mentioned_by(self, text: str) -> bool:
        return re.search(rf"(?<![a-z0-9])(?:{self.mention})(?![a-z0-9])", text, re.IGNORECASE) is not None


@cache
def families() -> tuple[Family, ...]:
    """In the order of the table beside this module."""
    rows = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return tuple(_family(row) for row in rows)


def _family(row: dict[str, Any]) -> Family:
    return Family(
        row["name"],
        row["images"],
        row["mention"],
        frozenset(row["names"]),
        tuple(row.get("data", ())),
        frozenset(row["ports"]),
        row.get("kept", True),
        row.get("serves_models", False),
        _move(row["moved"]) if "moved" in row else None,
    )


def _move(row: dict[str, Any]) -> Move:
    return Move(
        tuple(row["tag"]), row["images"], row["since"], row["was"], row["to"], refuses=row.get("refuses", False)
    )


def family_of(stack: Stack, service: Service) -> Family | None:
    """The family of a service, as far as its image, its Dockerfile or (built here) its name shows it."""
    if service.build is None:
        repository = parse_reference(service.image.text).repository if service.image else ""
        return next((family for family in families() if family.has_image(repository)), None)
    base = parse_reference(final_base(stack, service)).repository
    return next((family for family in families() if base and family.has_image(base)), None)


def reference_of(stack: Stack, service: Service) -> str:
    """The image that a service runs, or stands on where it is built here."""
    if service.build is None:
        return service.image.text if service.image else ""
    return final_base(stack, service)
