"""What a mind may look up or propose, a file each; `catalogue` puts them into one registry."""

from __future__ import annotations
