"""Image references: their parts, and whether they name a version."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOVING = frozenset(
    "latest stable edge lts main master trunk head nightly dev develop devel development rolling current canary next "
    "release prod production staging beta alpha testing unstable preview newest".split()
)
# Words with digits that name a platform or a base and not the version of what the image holds.
_NO_VERSION = re.compile(
    r"(?:alpine|debian|ubuntu|bookworm|bullseye|buster|trixie|jammy|noble|focal|ubi|rhel|el|fc|centos|rocky|alma|"
    r"distroless|cuda|cu|cudnn|rocm|sm|py|python|jre|jdk|java|openjdk|amd|arm|x|i|aarch|linux|windows|ltsc|gpu|cpu|"
    r"avx|int|fp|bf)\d[\d.]*(?:v\d+)?|x86(?:_64)?"
)


@dataclass(frozen=True)
class ImageReference:
    repository: str  # with its registry, where one is named
    tag: str
    digest: str

    @property
    def name(self) -> str:
        return self.repository.rpartition("/")[2]

    @property
    def defect(self) -> str:
        """Why it names no version: `untagged`, `moving` or `versionless`; empty where it does."""
        if self.digest:
            return ""
        if not self.tag:
            return "untagged"
        words = [word for word in re.split(r"[-_+]", self.tag.lower()) if word]
        versions = [word for word in words if any(map(str.isdigit, word)) and not _NO_VERSION.fullmatch(word)]
        if "latest" in words:
            return "moving"
        if versions:
            return ""
        return "moving" if MOVING & set(words) else "versionless"


def parse_reference(text: str) -> ImageReference:
    named, _, digest = text.strip().partition("@")
    head, colon, tag = named.rpartition(":")
    if not colon or "/" in tag:
        return ImageReference(named, "", digest)
    return ImageReference(head, tag, digest)
