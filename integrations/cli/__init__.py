"""The `tutor` command."""

from __future__ import annotations
