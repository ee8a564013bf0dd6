"""Durations and sizes as Compose files write them."""

from __future__ import annotations

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmg]?)b?", re.IGNORECASE)
_BYTES = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def seconds(text: str) -> float | None:
    """`1m30s` is 90; None where it is no duration."""
    parts = _PART.findall(text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def size(text: str) -> int | None:
    """`512m` and `1gb` in bytes; None where it is no size."""
    match = _SIZE.fullmatch(text.strip())
    return int(float(match[1]) * _BYTES[match[2].lower()]) if match else None
