"""Reads Compose files with a parser of our own and judges B1 to B4; nothing is run, fetched or opened."""

from __future__ import annotations

COMPOSE, ENVIRONMENT = "compose", "environment"  # kinds of files
