"""All state of the emulator, behind one lock, and who wants to know when it changes."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from integrations.slack_emulator.apps import App, Installation
from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.clock import Clock
from integrations.slack_emulator.faults import FaultInjector
from integrations.slack_emulator.files import Attachment, StoredFile
from integrations.slack_emulator.oauth import Authorizations
from integrations.slack_emulator.permits import Permits
from integrations.slack_emulator.rates import RateLimits
from integrations.slack_emulator.sessions import Sessions
from integrations.slack_emulator.streams import LIFETIME
from integrations.slack_emulator.views import Views
from integrations.slack_emulator.workspaces import Workspace

REMEMBERED_CALLS = 100_000


@dataclass(frozen=True)
class Defect:
    """`kind` is `refused` (the call failed) or `warning` (Slack lets it pass, or says so in the answer)."""

    kind: str
    method: str
    error: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """Something a person could see; `user` set: only that one."""

    kind: str
    team_id: str
    channel: str
    data: dict[str, Any] = field(default_factory=dict)
    user: str = ""


Listener = Callable[[Change], None]


class World:
    def __init__(self, workspaces: Iterable[Workspace], *, strict: bool) -> None:
        self.workspaces = {workspace.id: workspace for workspace in workspaces}
        self.strict = strict
        self.base_url = ""
        self.stream_lifetime = LIFETIME
        self.clock = Clock()
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.rates = RateLimits()
        self.faults = FaultInjector()
        self.views = Views()
        self.sessions = Sessions(self.clock)
        self.permits = Permits(self.clock)
        self.files: dict[str, StoredFile] = {}
        self.registered: dict[str, App] = {}  # apps that may be installed nowhere yet
        self.authorizations = Authorizations(self.clock)
        self.calls: deque[Call] = deque(maxlen=REMEMBERED_CALLS)
        self.defects: list[Defect] = []
        self._listeners: list[Listener] = []
        self._ids = itertools.count(1)
        self._last_ts = 0

    @property
    def apps(self) -> dict[str, App]:
        found = (
            installation for workspace in self.workspaces.values() for installation in workspace.installations.values()
        )
        return self.registered | {installation.app.id: installation.app for installation in found}

    def installation(self, token: str) -> Installation | None:
        for workspace in self.workspaces.values():
            for installation in workspace.installations.values():
                if installation.bot_token == token:
                    return installation
        return None

    def new_ts(self) -> str:
        """Microseconds, each later than the last: the identity of a message in its channel."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, letter: str) -> str:
        return f"{letter}0{next(self._ids):08d}"

    def store(self, attachment: Attachment, *, owner: str, team_id: str) -> StoredFile:
        now = int(self.clock.now())
        file = StoredFile(self.new_id("F"), attachment.name, attachment.data, owner, team_id, now, self.base_url)
        file.overrides = dict(attachment.overrides)
        self.files[file.id] = file
        return file

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Returns how to stop listening."""
        with self.lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self.lock:
                self._listeners.remove(listener)

        return stop

    def publish(self, change: Change) -> None:
        with self.lock:
            for listener in self._listeners:
                listener(change)
            self.changed.notify_all()

    def note(self, kind: str, method: str, error: str, *details: str) -> None:
        self.defects.append(Defect(kind, method, error, details))
