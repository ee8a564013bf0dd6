"""What a plan claims of its own system, beside what the files that came with it show."""

from __future__ import annotations
