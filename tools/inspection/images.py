"""What is known of base images: whether they bring a tool chain, and whether they set a user of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.dockerfile.image_names import ImageReference, parse_reference

_NON_ROOT = re.compile(r"nonroot|non-root|rootless|unprivileged", re.IGNORECASE)
_REGISTRY = re.compile(r"^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?|localhost(?::\d+)?)/")


def brings_tool_chain(reference: str) -> bool:
    """By its name and the variant that its tag names; a digest alone says nothing of either."""
    image = parse_reference(reference)
    if image.tag.endswith("-devel") or ("cuda" in reference and "devel" in image.tag):
        return True
    if (image.digest and not image.tag) or reference.endswith(":"):
        return False
    words = _words(image)
    return any(
        not any(word.startswith(lean) for word in words for lean in row.get("lean", ()))
        for row in _facts()["tool_chains"]
        if _is_one_of(image, row["images"])
    )


def sets_user(reference: str) -> bool:
    image = parse_reference(reference)
    if _NON_ROOT.search(f"{image.repository}:{image.tag}"):
        return True
    return any(
        not row.get("tags") or set(row["tags"]) & {part for word in _words(image) for part in (word, *word.split("-"))}
        for row in _facts()["users"]
        if _is_one_of(image, row["images"])
    )


def _words(image: ImageReference) -> list[str]:
    return [word for word in re.split(r"[-_+.]", image.tag.lower()) if word]


def _is_one_of(image: ImageReference, patterns: Iterable[str]) -> bool:
    bare = _REGISTRY.sub("", image.repository.lower())
    plain = re.sub(r"^(?:docker/)?library/", "", bare)
    return any(fnmatchcase(plain, pattern) or fnmatchcase(image.repository.lower(), pattern) for pattern in patterns)


@cache
def _facts() -> Mapping[str, Any]:
    facts: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return facts
