"""What the tutor is about: people, gates, verdicts, turns and replies. No I/O, nothing of third parties."""

from __future__ import annotations
