"""The edges: Slack, its emulator, and the command line."""

from __future__ import annotations
