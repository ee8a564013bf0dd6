"""Faults on order: what fails, how, how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from integrations.slack_emulator.errors import Faulty, Interrupted, NotPossible

Kind = Literal[
    "rate_limited",
    "server_error",
    "server_error_after_commit",
    "error",
    "slow",
    "timeout",
    "timeout_after_commit",
    "reset",
    "reset_after_commit",
    "html",
    "truncated",
    "redirect",
    "forbidden",
    "not_found",
]
AFTER_COMMIT = frozenset({"server_error_after_commit", "timeout_after_commit", "reset_after_commit"})
DOWNLOADS_ONLY = frozenset({"html", "truncated", "redirect", "forbidden", "not_found"})
DOWNLOAD, UPLOAD = "download", "upload"


@dataclass
class InjectedFault:
    """`method` is a Web API method, `download`, `upload` or `*`; `times` counts down to 0."""

    method: str
    kind: Kind
    times: int = 1
    channel: str = ""
    seconds: float = 30.0
    retry_after: int = 1
    error: str = "internal_error"
    skip: int = 0

    def __post_init__(self) -> None:
        if self.kind in DOWNLOADS_ONLY and self.method != DOWNLOAD:
            raise NotPossible(f"A fault {self.kind!r} is for method 'download'.")

    def applies(self, method: str, args: dict[str, Any]) -> bool:
        channel = args.get("channel") or args.get("channel_id") or ""
        return self.times > 0 and self.method in (method, "*") and self.channel in ("", channel)

    def strike(self) -> None:
        """Raises what the fault is about; `slow` and those of downloads are the server's to do."""
        match self.kind:
            case "rate_limited":
                headers = {"retry-after": str(self.retry_after)}
                raise Faulty(429, {"ok": False, "error": "ratelimited"}, headers)
            case "server_error" | "server_error_after_commit":
                raise Faulty(500, {"ok": False, "error": "internal_error"})
            case "error":
                raise Faulty(200, {"ok": False, "error": self.error})
            case "timeout" | "timeout_after_commit":
                raise Interrupted(self.seconds)
            case "reset" | "reset_after_commit":
                raise Interrupted


class FaultInjector:
    def __init__(self) -> None:
        self._rules: list[InjectedFault] = []

    def add(self, fault: InjectedFault) -> InjectedFault:
        self._rules.append(fault)
        return fault

    def clear(self) -> None:
        self._rules.clear()

    def take(self, method: str, args: dict[str, Any]) -> InjectedFault | None:
        """The first rule that applies, counted as used; a rule lets its first `skip` calls pass."""
        for fault in self._rules:
            if not fault.applies(method, args):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None
