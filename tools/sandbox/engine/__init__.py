"""The port for engines."""

from __future__ import annotations
