"""From the words of an instructor's message to what is asked."""

from __future__ import annotations
