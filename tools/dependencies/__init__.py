"""Dependency files and what programs need from outside."""

from __future__ import annotations

DEPENDENCIES = "dependencies"  # kind of a file
