"""Compose checks by concern: each module has its RULES, all found by the registry."""

from __future__ import annotations
