"""Runs a blueprint: what a Compose file says, created and watched by the engine itself."""

from __future__ import annotations
