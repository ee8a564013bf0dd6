"""The edges: Slack, its look-alike, and the command line."""

from __future__ import annotations
