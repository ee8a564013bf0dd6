"""A Slack look-alike that speaks the wire and refuses what Slack refuses."""

from __future__ import annotations
