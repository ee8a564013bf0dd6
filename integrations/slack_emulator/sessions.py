"""What an agent shows beside its messages: session status, loading text, title, suggested prompts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.slack_emulator.clock import Clock

PROCESSING_SECONDS = 3_600.0
LOADING_SECONDS = 120.0


@dataclass
class Session:
    """One indicator per thread, whichever method wrote last: `status`, or the free text `loading`."""

    app_id: str
    channel: str
    thread_ts: str
    status: str = ""
    title: str = ""
    loading: str = ""
    stoppable: bool = False
    written: int = 0

    @property
    def indicator(self) -> str:
        return self.loading or ("is thinking…" if self.status == "processing" else "")

    def to_view(self) -> dict[str, Any]:
        return {
            "app_id": self.app_id,
            "channel": self.channel,
            "thread_ts": self.thread_ts,
            "status": self.status,
            "title": self.title,
            "indicator": self.indicator,
            "stoppable": self.stoppable and self.status == "processing",
        }


@dataclass
class Prompts:
    title: str = ""
    items: list[dict[str, str]] = field(default_factory=list)


class Sessions:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[tuple[str, str, str], Session] = {}
        self.prompts: dict[tuple[str, str], Prompts] = {}

    def get(self, team_id: str, channel: str, thread_ts: str) -> Session | None:
        return self._sessions.get((team_id, channel, thread_ts))

    def of_channel(self, team_id: str, channel: str) -> list[Session]:
        return [session for key, session in self._sessions.items() if key[:2] == (team_id, channel)]

    def ensure(self, team_id: str, app_id: str, channel: str, thread_ts: str) -> Session:
        return self._sessions.setdefault((team_id, channel, thread_ts), Session(app_id, channel, thread_ts))

    def set_status(self, session: Session, status: str) -> None:
        session.status, session.loading = status, ""
        self._forget_later(session, PROCESSING_SECONDS)

    def set_loading(self, session: Session, text: str) -> None:
        session.loading = text
        if text:
            session.stoppable = False
            self._forget_later(session, LOADING_SECONDS)

    def replied(self, team_id: str, channel: str, thread_ts: str) -> Session | None:
        """A message of the app ends its loading text, not its status."""
        session = self.get(team_id, channel, thread_ts)
        if session is None or not session.loading:
            return None
        session.loading = ""
        return session

    def _forget_later(self, session: Session, seconds: float) -> None:
        session.written += 1
        mine = session.written

        def forget() -> None:
            if session.written == mine:
                session.loading = ""
                if session.status == "processing":
                    session.status = "active"

        self._clock.call_later(seconds, forget)
