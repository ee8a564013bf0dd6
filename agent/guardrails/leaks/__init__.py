"""What a reply would do to a learner's own files if they pasted it in."""

from __future__ import annotations
