"""Documents into the index."""

from __future__ import annotations
