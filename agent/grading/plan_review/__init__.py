"""Reviews a plan on its text, criterion by criterion, on quoted evidence."""

from __future__ import annotations
