"""Why a build ended: the engine's and the step's words against a catalogue of causes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.sandbox.build.excerpts import one_line, without_engine_paths
from tools.sandbox.build.facts import FailureCause, FailureFacts, cause_by_facts
from tools.sandbox.builder import Outcome

LOOKED_AT = 20_000  # characters from the end: a program says last why it ended
_LIMITS = frozenset({Outcome.MEMORY, Outcome.DISK, Outcome.PIDS})
_UNKNOWN = FailureFacts()
_ADDRESS = re.compile(r"(?:https?://|host=')([\w-]+(?:\.[\w-]+)+)")
_EXIT_CODE = re.compile(r"did not complete successfully: exit code: (\d+)")


@dataclass(frozen=True)
class _Entry:
    id: str
    when: re.Pattern[str]
    cause: str
    question: str
    outcome: Outcome
    only: str
    near: re.Pattern[str] | None

    def cause_in(self, error: str, log: str, step: str) -> FailureCause | None:
        said = {"error": error, "log": log}.get(self.only, f"{error}\n{log}")
        matches = list(self.when.finditer(said))
        if not matches or (self.near is not None and not self.near.search(f"{said}\n{step}")):
            return None
        words = {**_words(matches[-1].groupdict()), "host": _host(log, step)}
        return FailureCause(self.id, self.cause.format_map(words), self.question.format_map(words), self.outcome)


def cause_of(error: str, log: str, facts: FailureFacts = _UNKNOWN) -> FailureCause:
    """What the facts say; else the first cause of the catalogue that fits; else what the exit code says."""
    error, log = without_engine_paths(error[-LOOKED_AT:]), without_engine_paths(log[-LOOKED_AT:])
    known = cause_by_facts(error, log, facts)
    if known is not None:
        return known
    entries = (entry for entry in catalogue() if not (facts.is_measured and entry.outcome in _LIMITS))
    found = (entry.cause_in(error, log, facts.step) for entry in entries)
    return next((cause for cause in found if cause), None) or _by_exit_code(error)


def line_of_cause(log: str, cause: FailureCause) -> str:
    """The last line of the log that shows the cause; empty where none does."""
    entry = next((entry for entry in catalogue() if entry.id == cause.id), None)
    if entry is None:
        return ""
    found = (line for line in reversed(log[-LOOKED_AT:].splitlines()) if entry.when.search(line))
    return next(found, "")


def _words(groups: Mapping[str, str | None]) -> dict[str, str]:
    """`it2`, `it3` are other places at which a pattern finds `it`."""
    words = {name.rstrip("234"): one_line(value, 80) for name, value in groups.items() if value}
    return {"it": "it", **words}


def _host(log: str, step: str) -> str:
    """The last address that was printed, else the first that the step names."""
    printed, named = _ADDRESS.findall(log), _ADDRESS.findall(step)
    return next(iter([*printed[-1:], *named]), "that host")


def _by_exit_code(error: str) -> FailureCause:
    match = _EXIT_CODE.search(error)
    if match is None:
        return FailureCause(
            "unknown", one_line(error, 200) or "The builder gave no reason.", "What does that line refer to?"
        )
    text = f"The command of this step ended with exit code {match[1]}."
    return FailureCause("exit-code", text, "What does the last line that it printed tell you?")


@cache
def catalogue() -> tuple[_Entry, ...]:
    raw = yaml.safe_load(Path(__file__).with_name("failures.yaml").read_text("utf-8"))
    return tuple(
        _Entry(
            line["id"],
            re.compile(line["when"]),
            line["cause"],
            line.get("question", ""),
            Outcome(line.get("outcome", "failed")),
            line.get("only", ""),
            re.compile(line["near"]) if "near" in line else None,
        )
        for line in raw
    )
