"""The port for work that outlives a request: turns in order per conversation, builds a few at a time."""

from __future__ import annotations

from typing import Protocol


class Queues(Protocol):
    """Submitting the same key again is the same job."""

    def submit_turn(self, key: str, conversation: str) -> None: ...

    def submit_build(self, job_id: str) -> None: ...

    def submit_tidy(self, conversation: str) -> None: ...
