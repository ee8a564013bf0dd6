"""Finding the passages that answer a question."""

from __future__ import annotations
