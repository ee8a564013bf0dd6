"""How long texts are kept: what is older goes from the inbox, the outbox and the conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agent.delivery.inbox import Inbox
from agent.delivery.outbox import Outbox
from agent.storage.checkpoints import Saver, aged, take_back, tidy


class Retention:
    def __init__(
        self, inbox: Inbox, outbox: Outbox, checkpointer: Saver, *, days: int, now: Callable[[], datetime]
    ) -> None:
        self._inbox, self._outbox, self._checkpointer = inbox, outbox, checkpointer
        self._kept, self._now = timedelta(days=days), now

    def sweep(self, submit: Callable[[str], None]) -> int:
        """Purges messages at once; conversations are submitted, for their own turns must not run meanwhile."""
        before = self._now() - self._kept
        gone = self._inbox.purge(before) + self._outbox.purge(before)
        for conversation in aged(self._checkpointer, before):
            submit(conversation)
        return gone

    def tidy(self, conversation: str) -> None:
        tidy(self._checkpointer, conversation, self._now() - self._kept)

    def take_back(self, conversation: str, key: str) -> None:
        """What its author deleted is not remembered either."""
        take_back(self._checkpointer, conversation, key)
