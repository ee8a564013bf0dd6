"""What came in and what goes out, each exactly once: inbox, outbox and the queues between them."""

from __future__ import annotations
