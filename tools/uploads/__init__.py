"""A learner's files: names, kinds, limits, archives."""

from __future__ import annotations
