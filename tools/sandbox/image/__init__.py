"""What is in a built image, and how it runs."""

from __future__ import annotations
