"""Opens the builder that an installation asks for."""

from __future__ import annotations

from tools.builder import Builder, NoBuilder
from tools.building.buildkit import BuildKit
from tools.building.engine import DEFAULT_ENGINE, TrustedEngine

_OFF = "Builds are switched off here (TUTOR_BUILDS=off), so an instructor decides on them."


def open_builder(mode: str, base_url: str | None) -> Builder:
    """`off`, `trusted`, or `auto`: the person's engine where one answers."""
    if mode == "off":
        return NoBuilder(_OFF)
    engine = TrustedEngine(base_url or DEFAULT_ENGINE)
    status = engine.status()
    return BuildKit(engine) if status.available else NoBuilder(status.reason)
