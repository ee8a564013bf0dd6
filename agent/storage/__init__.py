"""The database: tables, sessions, checkpoints and migrations."""

from __future__ import annotations
