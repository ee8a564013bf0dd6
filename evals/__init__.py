"""Measures all of it, offline, the same way each time."""

from __future__ import annotations
