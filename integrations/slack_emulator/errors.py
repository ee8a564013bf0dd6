from __future__ import annotations

from typing import Any


class EmulatorError(Exception):
    """Everything that the emulator raises."""


class ApiRefusal(EmulatorError):
    """The Web API's `{"ok": false, "error": …}`; `details` are further keys of that answer."""

    def __init__(self, error: str, *messages: str, **details: Any) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.details = details

    def answer(self) -> dict[str, Any]:
        body = {"ok": False, "error": self.error, **self.details}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


class NotPossible(EmulatorError):
    """Slack's own client would not let this person do that, or there is no such thing to do it with."""


class Interrupted(EmulatorError):
    """A fault cuts this call: the connection is aborted, after `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Faulty(EmulatorError):
    """A fault answers this call with `status` instead of the method."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers or {}
