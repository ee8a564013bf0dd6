"""Why a build ended: the engine's and the step's words against a catalogue of causes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.sandbox.build.excerpts import one_line
from tools.sandbox.builder import Outcome

LOOKED_AT = 20_000  # characters from the end: a program says last why it ended
_EXIT_CODE = re.compile(r"did not complete successfully: exit code: (\d+)")


@dataclass(frozen=True)
class FailureCause:
    id: str
    text: str
    question: str = ""
    outcome: Outcome = Outcome.FAILED


@dataclass(frozen=True)
class _Entry:
    id: str
    when: re.Pattern[str]
    cause: str
    question: str
    outcome: Outcome
    only: str

    def cause_in(self, error: str, log: str) -> FailureCause | None:
        said = {"error": error, "log": log}.get(self.only, f"{error}\n{log}")
        matches = list(self.when.finditer(said))
        if not matches:
            return None
        words = _words(matches[-1].groupdict())
        return FailureCause(self.id, self.cause.format_map(words), self.question.format_map(words), self.outcome)


def cause_of(error: str, log: str) -> FailureCause:
    """The first cause of the catalogue that fits; else what the exit code says."""
    error, log = error[-LOOKED_AT:], log[-LOOKED_AT:]
    found = (entry.cause_in(error, log) for entry in catalogue())
    return next((cause for cause in found if cause), None) or _by_exit_code(error)


def _words(groups: Mapping[str, str | None]) -> dict[str, str]:
    """`it2`, `it3` are other places at which a pattern finds `it`."""
    words = {name.rstrip("23"): one_line(value, 80) for name, value in groups.items() if value}
    return {"it": "it", **words}


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
        )
        for line in raw
    )
