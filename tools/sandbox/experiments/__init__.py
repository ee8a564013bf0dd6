"""The smallest experiments whose real results contradict a misconception."""

from __future__ import annotations
