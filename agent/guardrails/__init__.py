"""What a reply must pass before anybody sees it."""

from __future__ import annotations
