"""Events API: a file for each event."""

from __future__ import annotations
