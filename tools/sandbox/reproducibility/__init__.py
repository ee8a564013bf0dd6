"""Two builds of the same files, compared."""

from __future__ import annotations
