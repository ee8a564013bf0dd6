"""A small language model of a package, served on loopback with the OpenAI protocol; an optional extra."""

from __future__ import annotations
