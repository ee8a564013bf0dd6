"""Builds and runs what learners hand in, confined, and says what happened."""

from __future__ import annotations
