"""What is known and cited: course packs, ingested guides, and retrieval over both."""

from __future__ import annotations
