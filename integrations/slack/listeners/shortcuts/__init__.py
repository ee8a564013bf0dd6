"""Shortcuts: a file for each callback id."""

from __future__ import annotations
