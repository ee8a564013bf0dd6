"""Alembic revisions of the tables."""

from __future__ import annotations
