"""What the listeners of one workspace work with, and what most of them do: keep it and hand it on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from agent.delivery.inbox import Inbox
from agent.delivery.queues import Queues
from integrations.slack.envelopes import Incoming, Reader
from integrations.slack.feedback import Feedback
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack.turn_runner import TurnRunner
from integrations.slack.typing_status import TypingStatus
from integrations.slack.views.forms import Forms
from integrations.slack.views.home import HomePages

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListenerContext:
    reader: Reader
    inbox: Inbox
    jobs: Queues
    turn_runner: TurnRunner
    outbox_worker: OutboxWorker
    home_pages: HomePages
    feedback: Feedback
    forms: Forms
    typing_status: TypingStatus
    executor: Executor
    leave: Callable[[str], None]  # this workspace removed the app

    def accept(self, incoming: Incoming) -> None:
        """A second delivery submits again, too: the first may have ended between the two. A job is known by its key."""
        key, conversation = incoming.key, incoming.conversation
        if self.inbox.accept(key, conversation, incoming.to_json(), person_id=incoming.person_id):
            self.typing_status.announce(incoming.channel, incoming.thread_ts)
        self.jobs.submit_turn(key, conversation)

    def later(self, action: Callable[..., None], *arguments: Any, **named: Any) -> None:
        """For what may be lost in a crash: it comes again with the next click."""

        def run() -> None:
            try:
                action(*arguments, **named)
            except Exception:  # noqa: BLE001 - nobody waits for it, and the log must say it
                _log.exception("work that was to follow an acknowledgement failed")

        self.executor.submit(run)
